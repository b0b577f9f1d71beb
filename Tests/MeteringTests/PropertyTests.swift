import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// Random exports: the result is that of the plain implementation, and no order, thread or chunk changes it.
@Suite struct PropertyTests {
    private static func events(_ count: Int, _ random: inout SeededGenerator) -> [TestEvent] {
        let owners = [
            ("atlas", "atlas-web"), ("borealis", "borealis-a"), ("borealis", "borealis-b"), ("cetus", "cetus-a"),
            ("nobody", "x"),
        ]
        let meters = ["api-calls", "storage", "users", "events", "seats", "unheard"]
        let values = [
            "1", "0.5", "-3", "12.345678", "1e3", "0.123456789012345678901234567890123456", "1,5", "",
            "99999999999999999999", "2.50",
        ]
        let texts = ["", "eu", "us-east, 1", "a \"quoted\" one", "two\nlines", "é", "a\n\"b\",\nc"]
        var events: [TestEvent] = []
        for index in 0..<count {
            if let old = events.randomElement(using: &random), Int.random(in: 0..<8, using: &random) == 0 {
                var again = old
                if Int.random(in: 0..<4, using: &random) == 0 {
                    again.value = values.randomElement(using: &random) ?? "1"
                }
                again.note = texts.randomElement(using: &random) ?? ""
                events.append(again)
                continue
            }
            let owner = owners[
                min(Int.random(in: 0..<40, using: &random), 43) % (Int.random(in: 0..<9, using: &random) == 0 ? 5 : 4)]
            let value =
                Int.random(in: 0..<30, using: &random) == 0
                ? Int.random(in: 0..<10, using: &random) : Int.random(in: 0..<5, using: &random)
            let time = 1_790_812_800_000 + Int64.random(in: 0..<5 * 86_400_000, using: &random)
            events.append(
                TestEvent(
                    id: Int.random(in: 0..<20, using: &random) == 0
                        ? "" : "e\(index)-\(UInt64.random(in: 0...999, using: &random))",
                    customer: owner.0, project: owner.1,
                    meter: meters[
                        Int.random(in: 0..<20, using: &random) == 0 ? 5 : Int.random(in: 0..<5, using: &random)],
                    value: values[value], time: Timestamp(nanoseconds: time * 1_000_000),
                    region: texts.randomElement(using: &random) ?? "",
                    user: "u\(Int.random(in: 0..<90, using: &random))",
                    note: texts.randomElement(using: &random) ?? ""))
        }
        return events
    }

    /// Spreads events over files of several formats.
    private static func fixture(
        _ files: [[TestEvent]], _ policy: ConflictPolicy, _ random: inout SeededGenerator
    ) -> Fixture {
        let fixture = Fixture(conflicts: policy)
        for (index, events) in files.enumerated() {
            switch index % 4 {
            case 0, 1:
                var text = TestEvent.line(TestEvent.header, &random)
                for event in events { text += TestEvent.line(event.csv, &random) }
                let bytes = Array(text.utf8)
                fixture.add("f\(index)", bytes: index % 4 == 0 ? bytes : Container.gzip(bytes))
            case 2:
                var text = ""
                for event in events { text += event.json(&random) }
                fixture.add("f\(index)", text)
            default:
                let list = events.map { $0.json(&random) }
                fixture.add("f\(index)", "[" + list.joined(separator: ",") + "]")
            }
        }
        return fixture
    }

    @Test(arguments: [ConflictPolicy.keepFirst, .keepLast])
    func resultsAreThoseOfThePlainImplementation(_ policy: ConflictPolicy) throws {
        var random = SeededGenerator.fresh("plain implementation")
        for round in 0..<12 {
            let all = Self.events(round == 0 ? 3_000 : 300, &random)
            let cuts = (0..<5).map { _ in Int.random(in: 0...all.count, using: &random) }.sorted()
            let files = zip([0] + cuts, cuts + [all.count]).map { Array(all[$0..<$1]) }.filter { !$0.isEmpty }
            let fixture = Self.fixture(files, policy, &random)
            let naive = NaiveImport(files: files, workspace: fixture.workspace, policy: policy)
            let chunk = Int.random(in: 1...2_000, using: &random)
            for threads in [1, 2, 4] {
                let options = MeterReadingOptions(
                    chunkSize: chunk, windowSize: Int.random(in: 16...4_000, using: &random),
                    memoryLimit: round % 2 == 0 ? 1 : 1 << 30)
                let outcome = try fixture.run(threads: threads, options: options)
                let isExpected = naive.expects(outcome.usage)
                #expect(isExpected, "round \(round), \(threads) threads")
                let counts = outcome.reports.map {
                    NaiveImport.Counts(
                        read: $0.rowsRead, kept: $0.rowsKept, duplicate: $0.rowsDuplicate,
                        quarantined: $0.rowsQuarantined)
                }
                #expect(counts == naive.counts)
                #expect(outcome.quarantine.count == naive.counts.reduce(0) { $0 + $1.quarantined })
            }
        }
    }

    @Test func threadsAndChunksChangeNothing() throws {
        var random = SeededGenerator.fresh("threads")
        for _ in 0..<4 {
            let all = Self.events(400, &random)
            let files = (0..<6).map { file in all.enumerated().filter { $0.offset % 6 == file }.map(\.element) }
            let fixture = Self.fixture(files, .keepFirst, &random)
            let expected = try fixture.run(threads: 1)
            for threads in [1, 2, 4] {
                let options = MeterReadingOptions(
                    chunkSize: Int.random(in: 1...3_000, using: &random),
                    windowSize: Int.random(in: 16...3_000, using: &random))
                let outcome = try fixture.run(threads: threads, options: options)
                let isSame =
                    outcome.usage == expected.usage && outcome.reports == expected.reports
                    && outcome.quarantine == expected.quarantine && outcome.findings == expected.findings
                #expect(isSame, "\(threads) threads, \(options)")
            }
        }
    }

    /// With the least memory every few hundred events of a thread go to the disk.
    @Test(arguments: [ConflictPolicy.keepFirst, .keepLast])
    func eventsOnTheDiskChangeNothing(_ policy: ConflictPolicy) throws {
        var random = SeededGenerator.fresh("disk")
        let all = Self.events(8_000, &random)
        let files = (0..<5).map { file in all.enumerated().filter { $0.offset % 5 == file }.map(\.element) }
        let fixture = Self.fixture(files, policy, &random)
        let expected = try fixture.run(threads: 1)
        for threads in [1, 2, 3] {
            for chunkSize in [4_000, 1 << 20] {
                let options = MeterReadingOptions(chunkSize: chunkSize, memoryLimit: 1)
                let outcome = try fixture.run(threads: threads, options: options)
                let isSame =
                    outcome.usage == expected.usage && outcome.reports == expected.reports
                    && outcome.quarantine == expected.quarantine && outcome.findings == expected.findings
                #expect(isSame, "\(threads) threads, \(chunkSize)")
            }
        }
    }

    @Test func withoutRoomOnTheDiskNothingIsRead() throws {
        var random = SeededGenerator.fresh("no room")
        let fixture = Self.fixture([Self.events(2_000, &random)], .keepFirst, &random)
        let options = MeterReadingOptions(memoryLimit: 1, scratchFolder: fixture.folder.path + "/missing")
        let error = #expect(throws: Findings.self) { try fixture.run(threads: 1, options: options) }
        let finding = try #require(error?.list.first)
        #expect(finding.code == .cannotWrite)
        #expect(
            finding.message
                == "room for events cannot be put aside in \(fixture.folder.path)/missing: no such file or directory")
        #expect(finding.notes.first == "nothing is billed, and nothing was changed")
    }

    @Test func withoutConflictsTheOrderOfFilesAndRowsChangesNothing() throws {
        var random = SeededGenerator.fresh("order")
        for _ in 0..<4 {
            var seen: Set<String> = []
            var all = Self.events(400, &random).filter { $0.id.isEmpty || seen.insert($0.id).inserted }
            // Equal events in several files.
            all += all.filter { !$0.id.isEmpty }.prefix(100)
            var expected: [Usage]?
            for _ in 0..<4 {
                all.shuffle(using: &random)
                let files = (0..<5).map { file in all.enumerated().filter { $0.offset % 5 == file }.map(\.element) }
                let fixture = Self.fixture(files, .keepFirst, &random)
                let order = Array(0..<5).shuffled(using: &random)
                let outcome = try fixture.run(threads: Int.random(in: 1...4, using: &random), order: order)
                #expect(outcome.reports.reduce(0) { $0 + $1.rowsDuplicate } > 0)
                let isSame = expected.map { $0 == outcome.usage } ?? true
                #expect(isSame)
                expected = outcome.usage
            }
        }
    }

    @Test func quotedLineEndsAtEveryChunkBoundary() throws {
        // Lines inside quotes that look like rows: a chunk that begins there reads nonsense, and must be read again.
        var text = "event_id,customer_id,project_id,meter,value,timestamp,note\n"
        for index in 0..<30 {
            text += "e\(index),atlas,,storage,1,2026-10-05T00:00:00Z,\"x\n"
            text +=
                "n\(index),atlas,,storage,100,2026-10-05T00:00:00Z,y\nn\(index),atlas,,storage,100,2026-10-05T00:00:00Z,\"\"z\n\"\n"
        }
        let fixture = Fixture().add("a.csv", text)
        let expected = try fixture.run(threads: 1)
        #expect(expected.usage.map(\.eventCount) == [30] && expected.usage.map(\.sum) == [30])
        for size in Array(1...120) + [257, 1_000, 3_001] {
            let outcome = try fixture.run(threads: 2, options: MeterReadingOptions(chunkSize: size, windowSize: 64))
            let isSame = outcome.usage == expected.usage && outcome.reports == expected.reports
            #expect(isSame, "chunks of \(size)")
        }
    }

    /// A chunk's last row may reach far beyond the chunk, and the row behind it is the next chunk's.
    @Test(.timeLimit(.minutes(1)), arguments: ["csv", "jsonl"])
    func longRowsAtEveryChunkBoundary(form: String) throws {
        let rows = (0..<60).map { index in
            let note = String(repeating: "x", count: [10, 3_000, 4_090, 5_000, 9_000, 20_000][index % 6] + index)
            return form == "csv"
                ? "e\(index),atlas,,storage,1,2026-10-05T00:00:00Z,\(note)\n"
                : #"{"event_id":"e\#(index)","customer_id":"atlas","meter":"storage","value":1,"#
                    + #""timestamp":"2026-10-05T00:00:00Z","note":"\#(note)"}"# + "\n"
        }
        let header = form == "csv" ? "event_id,customer_id,project_id,meter,value,timestamp,note\n" : ""
        let fixture = Fixture().add("a." + form, header + rows.joined())
        for size in [100, 999, 4_000, 5_001, 7_777, 30_000, 100_003] {
            for window in [64, 4_096, 1 << 18] {
                let outcome = try fixture.run(
                    threads: 2, options: MeterReadingOptions(chunkSize: size, windowSize: window))
                #expect(outcome.usage.map(\.eventCount) == [60], "chunks of \(size), windows of \(window)")
                #expect(outcome.reports.map(\.rowsKept) == [60] && outcome.findings.allSatisfy { $0.severity == .note })
            }
        }
    }

    @Test func mutatedFilesNeverCrashAndAlwaysBalance() throws {
        var random = SeededGenerator.fresh("mutation")
        for round in 0..<120 {
            let fixture = Self.fixture((0..<4).map { _ in Self.events(12, &random) }, .keepFirst, &random)
            for file in fixture.files {
                var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
                for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: place)
                    case 2:
                        bytes.insert(
                            [0x22, 0x2C, 0x0A, 0x0D, 0x5C, 0x7B, 0x00].randomElement(using: &random) ?? 0, at: place)
                    case 3: bytes.removeLast(bytes.count - place)
                    default: bytes += bytes[..<place]
                    }
                }
                try Data(bytes).write(to: URL(fileURLWithPath: file.path))
            }
            let options = MeterReadingOptions(chunkSize: 50 + round * 3, windowSize: 16 + round)
            let outcome = try fixture.run(threads: 2, options: options)
            #expect(outcome.reports.allSatisfy { $0.isBalanced })
            #expect(outcome.quarantine.count == outcome.reports.reduce(0) { $0 + $1.rowsQuarantined })
            #expect(outcome.usage.reduce(0) { $0 + $1.eventCount } <= outcome.reports.reduce(0) { $0 + $1.rowsKept })
            let again = try fixture.run(threads: 1)
            let isSame =
                again.usage == outcome.usage && again.quarantine == outcome.quarantine
                && again.findings == outcome.findings
            #expect(isSame, "round \(round)")
        }
    }
}
