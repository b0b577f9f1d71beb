import Testing

@testable import BillingTerms

/// What billwright takes for a number, and what it does not: exports of five clouds write numbers in many ways, and a
/// guess costs money.
@Suite struct DecimalGrammarTests {
    /// Text and how it prints: every digit is kept, zeros at the end too.
    static let accepted: [(text: String, printed: String)] = [
        ("0", "0"), ("1", "1"), ("-1", "-1"), ("+1", "1"), ("007", "7"), ("-0", "0"), ("+0", "0"), ("0.0", "0.0"),
        ("-0.00", "0.00"), ("12.50", "12.50"), ("12.5", "12.5"), ("-12.50", "-12.50"), ("+12.50", "12.50"),
        ("0.0000021", "0.0000021"), ("-0.0000021", "-0.0000021"), ("00000.5", "0.5"), ("1.10", "1.10"),
        ("999999999999999999", "999999999999999999"), ("9999999999999999999", "9999999999999999999"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        // 38 digits before the point, 36 after it.
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("0.123456789012345678901234567890123456", "0.123456789012345678901234567890123456"),
        (
            "-99999999999999999999999999999999999999.999999999999999999999999999999999999",
            "-99999999999999999999999999999999999999.999999999999999999999999999999999999"
        ),
        // 28 digits, as Azure writes them.
        ("0.0000000000000000000012345678", "0.0000000000000000000012345678"),
        // Exponents.
        ("1e3", "1000"), ("1E3", "1000"), ("1e+3", "1000"), ("1e-3", "0.001"), ("1.5e3", "1500"), ("1.5E-3", "0.0015"),
        ("-2.5e1", "-25"), ("1.25e1", "12.5"), ("0e0", "0"), ("0e99999", "0"), ("0.00e5", "0"), ("1e0", "1"),
        ("1e00", "1"), ("1e-36", "0.000000000000000000000000000000000001"),
        ("1e37", "10000000000000000000000000000000000000"), ("9.3132257461547852e-10", "0.00000000093132257461547852"),
        // Zeros carry no value: in front, and beyond the 36th digit.
        ("0000000000000000000000000000000000000000000000000001", "1"),
        ("0.5000000000000000000000000000000000000000", "0.5"),
        ("10e-37", "0.000000000000000000000000000000000001"),
        ("0.0000000000000000000000000000000000000000", "0.000000000000000000000000000000000000"),
    ]

    @Test func acceptedTexts() throws {
        for (text, printed) in Self.accepted {
            #expect(try ExactDecimal(parsing: text).description == printed, "\(text)")
        }
    }

    static let refused: [(text: String, refusal: DecimalRefusal)] = [
        ("", .empty),
        // No blanks, no signs elsewhere, digits on both sides of the point.
        (" ", .unexpectedByte(offset: 0)), (" 1", .unexpectedByte(offset: 0)), ("1 ", .unexpectedByte(offset: 1)),
        ("1\n", .unexpectedByte(offset: 1)), ("\t1", .unexpectedByte(offset: 0)), ("1\r", .unexpectedByte(offset: 1)),
        ("-", .unexpectedByte(offset: 1)), ("+", .unexpectedByte(offset: 1)), ("--1", .unexpectedByte(offset: 1)),
        ("+-1", .unexpectedByte(offset: 1)), ("1-", .unexpectedByte(offset: 1)), ("1+", .unexpectedByte(offset: 1)),
        ("- 1", .unexpectedByte(offset: 1)), (".", .unexpectedByte(offset: 0)), (".5", .unexpectedByte(offset: 0)),
        ("5.", .unexpectedByte(offset: 2)), ("-.5", .unexpectedByte(offset: 1)), ("-5.", .unexpectedByte(offset: 3)),
        ("1.2.3", .unexpectedByte(offset: 3)), ("1..2", .unexpectedByte(offset: 2)),
        ("1.-2", .unexpectedByte(offset: 2)),
        // No thousands separators and no decimal comma.
        ("1,234", .unexpectedByte(offset: 1)), ("1,234.56", .unexpectedByte(offset: 1)),
        ("1.234,56", .unexpectedByte(offset: 5)), ("12,5", .unexpectedByte(offset: 2)),
        ("1_000", .unexpectedByte(offset: 1)), ("1'000", .unexpectedByte(offset: 1)),
        ("1 000", .unexpectedByte(offset: 1)), ("1\u{A0}000", .unexpectedByte(offset: 1)),
        ("1\u{2009}000", .unexpectedByte(offset: 1)),
        // No other bases, no words, no units.
        ("0x10", .unexpectedByte(offset: 1)), ("0b1", .unexpectedByte(offset: 1)), ("0o7", .unexpectedByte(offset: 1)),
        ("NaN", .unexpectedByte(offset: 0)), ("nan", .unexpectedByte(offset: 0)), ("inf", .unexpectedByte(offset: 0)),
        ("-inf", .unexpectedByte(offset: 1)), ("Infinity", .unexpectedByte(offset: 0)),
        ("null", .unexpectedByte(offset: 0)), ("None", .unexpectedByte(offset: 0)),
        ("true", .unexpectedByte(offset: 0)), ("n/a", .unexpectedByte(offset: 0)), ("#N/A", .unexpectedByte(offset: 0)),
        ("12EUR", .unexpectedByte(offset: 3)), ("12 EUR", .unexpectedByte(offset: 2)),
        ("$12", .unexpectedByte(offset: 0)), ("€12", .unexpectedByte(offset: 0)), ("12%", .unexpectedByte(offset: 2)),
        ("(12)", .unexpectedByte(offset: 0)), ("=1+1", .unexpectedByte(offset: 0)), ("1/2", .unexpectedByte(offset: 1)),
        ("\"1\"", .unexpectedByte(offset: 0)), ("'1", .unexpectedByte(offset: 0)), ("1;2", .unexpectedByte(offset: 1)),
        ("1:2", .unexpectedByte(offset: 1)), ("1\0", .unexpectedByte(offset: 1)), ("1d", .unexpectedByte(offset: 1)),
        ("1f", .unexpectedByte(offset: 1)), ("1L", .unexpectedByte(offset: 1)),
        // Digits and signs of other scripts.
        ("١٢", .unexpectedByte(offset: 0)), ("１２", .unexpectedByte(offset: 0)), ("1²", .unexpectedByte(offset: 1)),
        ("−1", .unexpectedByte(offset: 0)), ("½", .unexpectedByte(offset: 0)),
        ("\u{FEFF}1", .unexpectedByte(offset: 0)),
        // Exponents need digits, and whole ones.
        ("e", .unexpectedByte(offset: 0)), ("e5", .unexpectedByte(offset: 0)), ("1e", .unexpectedByte(offset: 2)),
        ("1e+", .unexpectedByte(offset: 3)), ("1e-", .unexpectedByte(offset: 3)), ("1ee5", .unexpectedByte(offset: 2)),
        ("1e5.5", .unexpectedByte(offset: 3)), ("1e+-5", .unexpectedByte(offset: 3)),
        ("1.e5", .unexpectedByte(offset: 2)), ("1e 5", .unexpectedByte(offset: 2)),
        ("1E5e5", .unexpectedByte(offset: 3)),
        ("0e", .unexpectedByte(offset: 2)),
        // Beyond what is kept: never cut, never rounded.
        ("0.1234567890123456789012345678901234567", .tooManyFractionDigits(37)), ("1e-37", .tooManyFractionDigits(37)),
        ("1e-99999", .tooManyFractionDigits(99999)), ("1.5e-36", .tooManyFractionDigits(37)),
        ("1e-999999999999999999999", .tooManyFractionDigits(100_000)),
        ("100000000000000000000000000000000000000", .tooLarge), ("1e38", .tooLarge), ("1e99999", .tooLarge),
        ("1e999999999999999999999", .tooLarge), ("-1e38", .tooLarge), ("10e37", .tooLarge),
        ("123456789012345678901234567890123456789.5", .tooLarge), (String(repeating: "9", count: 10_000), .tooLarge),
    ]

    @Test func refusedTexts() {
        #expect(Self.accepted.count + Self.refused.count >= 100)
        for (text, refusal) in Self.refused {
            #expect(throws: refusal, "\(text.prefix(60))") { try ExactDecimal(parsing: text) }
        }
    }

    @Test func refusalsExplainThemselves() {
        #expect(DecimalRefusal.empty.explanation == "the value is empty")
        #expect(DecimalRefusal.unexpectedByte(offset: 1).explanation == "not a decimal number (character 2)")
        #expect(
            DecimalRefusal.tooManyFractionDigits(37).explanation == "37 digits after the point; at most 36 are kept")
        #expect(DecimalRefusal.tooLarge.explanation == "the number has more than 38 digits before the point")
    }

    @Test func shortTextDropsZerosAtTheEnd() throws {
        for (text, short) in [("12.50", "12.5"), ("12.00", "12"), ("100", "100"), ("0.00", "0"), ("-1.10", "-1.1")] {
            #expect(try ExactDecimal(parsing: text).shortText == short)
        }
    }

    @Test func significantDigits() throws {
        for (text, count) in [("0", 1), ("0.0021", 2), ("1200", 4), ("12.50", 3), ("123456789012345.6", 16)] {
            #expect(try ExactDecimal(parsing: text).significantDigits == count)
        }
    }
}
