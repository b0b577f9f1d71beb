import BillingTerms
import Catalog
import FileFormats
import Foundation
import Importing
import Metering
import Testing

/// Several thousand damaged exports, made from seeds: no crash, and of every file each row is counted or a finding says why
/// it is refused. `BILLWRIGHT_FUZZ_ROUNDS` makes more of them; `Tests/Corpus/meters` keeps those that once found something.
@Suite struct HostileFileTests {
    private static let rounds: Int =
        ProcessInfo.processInfo.environment["BILLWRIGHT_FUZZ_ROUNDS"].flatMap(Int.init) ?? 100
    private static let filesInARound = 40

    private static let texts: [[UInt8]] = [
        """
        event_id,customer_id,project_id,meter,value,timestamp,region,tier,aflo.cancel_previous_resource_event
        1,atlas,atlas-web,api-calls,1.5,2026-10-05T00:00:00Z,eu,gold,
        2,cetus,,storage,"1e3",1791158400,"eu
        west",,false
        1,,,,,,,,true

        """,
        "uniqueId;customerId;meterApiName;meterValue;meterTimeInMillis\r\na;atlas;events;;1791158400000\r\n",
        """
        {"uniqueId":"1","customerId":"atlas","meterTimeInMillis":1791158400000,"values":{"api-calls":4,"storage":8},"dimensions":{"region":"eu"}}
        {"uniqueId":"2","customerId":"atlas","meterApiName":"users","meterValue":1,"meterTimeInMillis":1791158400000,"dimensions":{"user":"\\u00e9\\uD83C\\uDFB2"}}
        {"uniqueId":"1","dimensions":{"aflo.cancel_previous_resource_event":true}}

        """,
        """
        [{"specversion":"1.0","id":"1","source":"x","type":"storage","subject":"atlas","time":"2026-10-05T00:00:00+02:00","data":{"value":-1.5E-3}},
         {"event":{"transaction_id":"t","external_customer_id":"cetus","code":"seats","timestamp":1791158400,"properties":{"value":"7"}}}]
        """,
    ].map { Array($0.utf8) }

    private static let words: [[UInt8]] =
        [
            "\"", "\"\"", ",", ";", "\n", "\r", "\r\n", "\u{FEFF}", "\0", "{", "}", "[", "]", ":", "\\", "\\u", "true",
            "null",
            "1e", "e99", "-", ".", "999999999999999999999", "atlas", "storage", "event_id", "9999999999", "2026-02-29",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0x1F, 0x8B, 8]]

    private struct Wrapped {
        var bytes: [UInt8]
        var name: String
    }

    /// Plain, compressed, in an archive, or as a spreadsheet saves it; damaged before or after.
    private func file(_ random: inout SeededGenerator) -> Wrapped {
        var bytes = Self.texts.randomElement(using: &random) ?? []
        if Int.random(in: 0..<20, using: &random) > 0 { mutate(&bytes, &random) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            bytes = Container.gzip(bytes)
            if Bool.random(using: &random) { mutate(&bytes, &random) }
            if Bool.random(using: &random) {
                bytes += Bool.random(using: &random) ? [0, 0, 0, 0] : Container.gzip(bytes)
            }
        case 1:
            bytes = Container.zip([("a.csv", bytes), ("b", Self.texts[1])])
            if Bool.random(using: &random) { mutate(&bytes, &random) }
        case 2:
            let units = String(decoding: bytes, as: UTF8.self).utf16
            bytes =
                [0xFF, 0xFE] + units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            if Bool.random(using: &random) { mutate(&bytes, &random) }
        case 3: bytes = [0xEF, 0xBB, 0xBF] + bytes
        default: break
        }
        return Wrapped(bytes: bytes, name: "\(UInt32(truncatingIfNeeded: random.next()))")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(Int.random(in: 0..<8, using: &random))
            case 2, 3: bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: place)
            case 4: bytes.removeSubrange(place..<end)
            case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 6 where Int.random(in: 0..<3, using: &random) == 0: bytes.removeSubrange(place...)
            default: break
            }
        }
    }

    @Test(arguments: 0..<rounds) func everyFileIsCountedOrRefused(round: Int) throws {
        var random = SeededGenerator(seed: UInt64(round))
        let fixture = Fixture(unknownCustomers: .ignore)
        fixture.workspace.cancellations = [BulkCancellation(reason: "gold", dimensions: ["tier": ["gold"]])]
        for number in 0..<Self.filesInARound {
            let file = file(&random)
            fixture.add("\(number)-\(file.name)", bytes: file.bytes)
        }
        let sizes = MeterReadingOptions(
            chunkSize: Int.random(in: 16...500, using: &random), windowSize: Int.random(in: 16...300, using: &random))
        let pieces = try fixture.run(threads: 2, options: sizes)
        check(pieces, "round \(round)")
        // Where a text is cut for threads and windows changes nothing.
        let whole = try fixture.run(threads: 1)
        #expect(whole.reports == pieces.reports, "round \(round)")
        #expect(whole.usage == pieces.usage, "round \(round)")
        #expect(whole.findings == pieces.findings, "round \(round)")
        #expect(whole.quarantine == pieces.quarantine, "round \(round)")
    }

    private func check(_ outcome: Fixture.Outcome, _ what: String) {
        for report in outcome.reports {
            #expect(report.isBalanced, "\(what): \(report.path)")
            let unbilled = outcome.result.unbilled[report.path] ?? UnbilledRows()
            #expect(unbilled.total <= report.rowsKept, "\(what): \(report.path)")
            guard report.status == .refused else { continue }
            #expect(report.rowsRead == 0, "\(what): \(report.path)")
            #expect(outcome.findings.contains { $0.place?.file == report.path }, "\(what): \(report.path)")
        }
        #expect(outcome.reports.reduce(0) { $0 + $1.rowsQuarantined } == outcome.quarantine.count, "\(what)")
        let kept = outcome.reports.reduce(0) { $0 + $1.rowsKept }
        let billed = outcome.usage.reduce(0) { $0 + $1.eventCount }
        let unbilled = outcome.result.unbilled.values.reduce(0) { $0 + $1.total }
        #expect(billed + unbilled <= kept, "\(what)")
    }

    // MARK: What was found once

    private static let corpusFolder: String =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Corpus/meters"
    private static let names: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: corpusFolder))?.sorted() ?? []

    @Test(arguments: names) func whatWasFoundOnce(name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.corpusFolder + "/" + name)))
        let fixture = Fixture().add(name, bytes: bytes)
        for size in [16, 100, 1 << 20] {
            let outcome = try fixture.run(options: MeterReadingOptions(chunkSize: size, windowSize: size))
            check(outcome, name)
            #expect(!outcome.findings.isEmpty || outcome.reports[0].rowsKept > 0, "\(name)")
        }
    }

    @Test func theCorpusIsThere() { #expect(Self.names.count >= 10) }

    /// Of a small file every beginning: none is taken for the whole but where it ends with a row, or cannot be told and says
    /// so.
    @Test(arguments: 0..<texts.count) func truncation(text: Int) throws {
        let bytes = Self.texts[text]
        for length in 0..<bytes.count {
            let plain = try Fixture().add("cut", bytes: Array(bytes.prefix(length))).run()
            check(plain, "text \(text), \(length) bytes")
            let endsWithRow = length > 0 && bytes[length - 1] == UInt8(ascii: "\n")
            if !endsWithRow, plain.reports[0].status == .imported, plain.reports[0].content == .meterCSV {
                #expect(plain.findings.contains { $0.code == .unfinishedRow }, "text \(text), \(length) bytes")
            }
        }
        let packed = Container.gzip(bytes)
        let archive = Container.zip([("a", bytes)])
        for whole in [packed, archive] {
            for length in stride(from: 0, to: whole.count, by: 3) {
                let cut = try Fixture().add("cut", bytes: Array(whole.prefix(length))).run()
                #expect(cut.reports[0].status == .refused, "text \(text), \(length) of \(whole.count) bytes")
            }
        }
    }
}
