import BillingTerms
import Foundation
import TestWorkspaces
import Testing

/// Damaged numbers and times: what is taken has one meaning, and everything else a reason.
@Suite struct FuzzTests {
    private static let rounds: Int =
        ProcessInfo.processInfo.environment["BILLWRIGHT_FUZZ_ROUNDS"].flatMap(Int.init) ?? 40

    private func mutated(_ text: String, _ alphabet: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0...random.below(3) {
            let place = random.below(bytes.count + 1)
            switch random.below(4) {
            case 0 where place < bytes.count: bytes[place] = random.element(of: alphabet)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert(random.element(of: alphabet), at: place)
            default: bytes.insert(contentsOf: bytes[min(place, bytes.count)...].prefix(random.below(30)), at: place)
            }
        }
        return bytes
    }

    /// The grammar in other words: a sign, digits with or without a point, an exponent.
    private func isNumber(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).wholeMatch(of: #/[+\-]?[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?/#) != nil
    }

    @Test(arguments: 0..<rounds) func numbers(round: Int) throws {
        var random = SeededRandom(UInt64(round))
        let alphabet = Array("0123456789+-.eE,_ xNa\u{0}'٣".utf8)
        for _ in 0..<200 {
            let text = random.element(of: ["0", "-12.50", "1e-9", "999999999999999999.999999999999999999", "6.123E-7"])
            let bytes = mutated(text, alphabet, &random)
            let value = bytes.withUnsafeBytes { try? ExactDecimal(parsing: $0) }
            let shown = String(decoding: bytes, as: UTF8.self)
            guard let value else { continue }
            #expect(isNumber(bytes), "seed \(round): \(shown) is taken")
            let again = try ExactDecimal(parsing: value.description)
            #expect(again == value, "seed \(round): \(shown) is \(value)")
            #expect((value + value) - value == value, "seed \(round): \(shown)")
        }
    }

    @Test(arguments: 0..<rounds) func times(round: Int) throws {
        var random = SeededRandom(UInt64(round))
        let alphabet = Array("0123456789+-:.TZtz UC\u{0}e".utf8)
        let berlin = try #require(BillingZone(identifier: "Europe/Berlin"))
        for _ in 0..<200 {
            let text = random.element(of: [
                "2026-10-05T12:30:00Z", "2026-03-29T02:30:00.123456789+02:00", "2024-02-29 23:59:60", "1791158400",
                "1791158400000", "2026-10-25", "1791158400000000000",
            ])
            let bytes = mutated(text, alphabet, &random)
            guard let time = bytes.withUnsafeBytes({ try? Timestamp(parsing: $0, zone: berlin) }) else { continue }
            let shown = String(decoding: bytes, as: UTF8.self)
            #expect((1990...2100).contains(time.utcDay.components.year), "seed \(round): \(shown)")
            #expect(try Timestamp(parsing: time.description, zone: nil) == time, "seed \(round): \(shown) is \(time)")
        }
    }
}
