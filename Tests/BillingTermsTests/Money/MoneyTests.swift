import Foundation
import Testing

@testable import BillingTerms

@Suite struct MoneyTests {
    private func currency(_ code: String) throws -> Currency { try #require(Currency(code: code)) }

    @Test func minorDigitsAreThoseOfISO4217() throws {
        for (code, digits) in [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4)] {
            #expect(try currency(code).minorDigits == digits)
        }
        #expect(Currency.knownCodes.count >= 150)
        for code in ["", "eur", "EU", "EURO", "XXX", "DEM", "€"] { #expect(Currency(code: code) == nil) }
    }

    @Test func amountsAreRoundedOnce() throws {
        let cases = [
            ("0.125", "EUR", "0.13 EUR"), ("-0.125", "EUR", "-0.13 EUR"), ("1852.5", "JPY", "1853 JPY"),
            ("-0.5", "JPY", "-1 JPY"), ("12.5125", "KWD", "12.513 KWD"), ("12", "EUR", "12.00 EUR"),
            ("-0.004", "EUR", "0.00 EUR"),
        ]
        for (text, code, printed) in cases {
            let money = Money(rounding: try ExactDecimal(parsing: text), to: try currency(code))
            #expect(money?.description == printed)
        }
    }

    @Test func amountsBeyondThirtyDigitsAreRefused() throws {
        let euro = try currency("EUR")
        let most = try ExactDecimal(parsing: "9999999999999999999999999999.99")
        #expect(Money(rounding: most, to: euro)?.description == "9999999999999999999999999999.99 EUR")
        #expect(Money(rounding: most + 1, to: euro) == nil)
        #expect(Money(rounding: -most - 1, to: euro) == nil)
        #expect(Money(rounding: try ExactDecimal(parsing: "1e37") * 10_000, to: euro) == nil)
    }

    @Test func jsonHoldsAmountAndCurrency() throws {
        let money = Money(minorUnits: -123_456, currency: try currency("EUR"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(money), as: UTF8.self)
        #expect(text == #"{"amount":"-1234.56","currency":"EUR"}"#)
        #expect(try JSONDecoder().decode(Money.self, from: Data(text.utf8)) == money)
        for wrong in [#"{"amount":"1.234","currency":"EUR"}"#, #"{"amount":"1","currency":"EURO"}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Money.self, from: Data(wrong.utf8)) }
        }
    }
}
