import BillingTerms
import Testing

@testable import Importing

/// The fast ways must say what the slow ones say, or nothing.
@Suite struct MetersQuickNumbersTests {
    private func quick(_ text: String) -> ExactDecimal? {
        var text = text
        return text.withUTF8 { bytes in
            bytes.baseAddress.flatMap { QuickDecimal.read($0, bytes.count) }
                .map { ExactDecimal(coefficient: Int128($0.mantissa), scale: $0.scale) }
        }
    }

    @Test func decimalsAgree() {
        let texts = [
            "0", "-0", "5", "-5", "12.5", "0.000001", "999999999999999999", "1000000000000000000",
            "-999999999999999.999",
            "00000000000000000001", "1.", ".5", "-", "+5", "1e5", "1,5", "", " 1", "1 ", "--1", "1.2.3", "1.-2", "٣",
            "99999999999999999999", "0.1234567890123456789",
        ]
        for text in texts {
            let slow = try? ExactDecimal(parsing: text)
            if let found = quick(text) { #expect(found == slow && found.scale == slow?.scale, "\(text)") }
        }
        #expect(quick("999999999999999999") != nil && quick("1000000000000000000") == nil && quick("-12.50") != nil)
    }

    @Test func compactFormsAreExact() throws {
        let wide = try ExactDecimal(parsing: "1.500000000000000000000000000000")
        #expect(QuickDecimal.compact(wide)?.mantissa == 15)
        #expect(QuickDecimal.compact(try ExactDecimal(parsing: "0.1234567890123456789")) == nil)
        #expect(QuickDecimal.compact(try ExactDecimal(parsing: "1e18")) == nil)
        #expect(QuickDecimal.compact(try ExactDecimal(parsing: "-1e17"))?.mantissa == -100_000_000_000_000_000)
    }

    @Test func timesAgree() {
        var reader = QuickTime()
        let texts = [
            "2026-10-05T12:30:00Z", "2026-10-05T12:30:00.5Z", "2026-10-05T23:59:59.123456789Z", "2026-02-29T00:00:00Z",
            "2028-02-29T00:00:00Z", "2026-10-05T24:00:00Z", "2026-10-05T12:60:00Z", "2016-12-31T23:59:60Z",
            "2026-10-05 12:30:00Z", "2026-10-05T12:30:00z", "2026-10-05T12:30:00.Z", "2026-10-05T12:30:00,5Z",
            "2026-10-05T12:30:00.12345678901Z", "2026-10-05T12:30:0xZ", "2026x10-05T12:30:00Z", "1989-12-31T23:59:59Z",
            "2100-12-31T23:59:59.999Z", "2101-01-01T00:00:00Z", "20261005T1230:00:00Z", "1791203400250000000Z",
        ]
        for text in texts + texts.reversed() {
            var copy = text
            let quick = copy.withUTF8 { bytes in bytes.baseAddress.flatMap { reader.read($0, bytes.count) } }
            if let quick { #expect((try? Timestamp(parsing: text, zone: .utc))?.nanoseconds == quick, "\(text)") }
        }
        var usual = texts[1]
        #expect(usual.withUTF8 { bytes in bytes.baseAddress.flatMap { reader.read($0, bytes.count) } } != nil)
    }

    @Test func tablesTellTextsApart() {
        let table = TextTable()
        var texts: [String] = []
        for length in 0...40 {
            texts.append(String(repeating: "a", count: length))
            if length > 0 { texts.append(String(repeating: "a", count: length - 1) + "b") }
            if length > 1 { texts.append("b" + String(repeating: "a", count: length - 1)) }
            if length > 2 { texts.append("a" + "b" + String(repeating: "a", count: length - 2)) }
        }
        for index in 0..<3_000 { texts.append("customer-\(index)") }
        let unique = Array(Set(texts))
        for text in unique { _ = table.number(for: text) }
        #expect(table.count == unique.count)
        for (number, text) in unique.enumerated() {
            #expect(table.number(for: text) == UInt32(number) && table.string(of: UInt32(number)) == text)
        }
    }

    @Test func fingerprintsTellIdsApart() {
        let key = IdentityKey()
        let seeds = key.seeds(ofSource: "")
        var seen: Set<[UInt64]> = []
        var count = 0
        func add(_ text: String) {
            var text = text
            let (a, b) = text.withUTF8 { key.fingerprint($0.baseAddress ?? TextTable.nowhere, $0.count, seeds: seeds) }
            seen.insert([a, b])
            count += 1
        }
        for length in 0...70 { add(String(repeating: "0", count: length)) }
        for length in 1...70 {
            for place in 0..<length {
                add(String(repeating: "0", count: place) + "1" + String(repeating: "0", count: length - place - 1))
            }
        }
        for number in 0..<20_000 { add("event-\(number)") }
        #expect(seen.count == count)
        #expect(key.seeds(ofSource: "a") != seeds)
    }
}
