import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import OrderedCollections

/// A folder of exports, and a workspace to read them with.
final class Fixture {
    let folder: URL
    var workspace: Workspace
    private(set) var files: [MeterFile] = []

    init(
        meters: [Meter] = Fixture.meters, conflicts: ConflictPolicy = .keepFirst, badRows: BadRowPolicy = .quarantine,
        unknownCustomers: UnknownCustomerPolicy = .quarantine
    ) {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("billwright-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var business = Business(seller: Party(name: "Seller"), zone: .utc, currency: Fixture.euro)
        business.conflicts = conflicts
        business.badRows = badRows
        business.unknownCustomers = unknownCustomers
        var customers: OrderedDictionary<CustomerID, Customer> = [:]
        for customer in Fixture.customers { customers[customer.id] = customer }
        var all: OrderedDictionary<MeterID, Meter> = [:]
        for meter in meters { all[meter.id] = meter }
        workspace = Workspace(business: business, meters: all, customers: customers)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static let euro = Currency(code: "EUR") ?? { preconditionFailure("ISO 4217 has the euro") }()

    /// atlas has one project, borealis two and no default, cetus lives in Berlin and has a default among two.
    static let customers = [
        Customer(
            id: "atlas", party: Party(name: "Atlas"), currency: euro, zone: .utc,
            projects: [Project(id: "atlas-web", name: "Web")]),
        Customer(
            id: "borealis", party: Party(name: "Borealis"), currency: euro,
            zone: BillingZone(identifier: "America/New_York") ?? .utc,
            projects: [Project(id: "borealis-a", name: "A"), Project(id: "borealis-b", name: "B")]),
        Customer(
            id: "cetus", party: Party(name: "Cetus"), currency: euro,
            zone: BillingZone(identifier: "Europe/Berlin") ?? .utc,
            projects: [Project(id: "cetus-a", name: "A"), Project(id: "cetus-b", name: "B")], defaultProject: "cetus-b"),
    ]

    static let meters = [
        Meter(id: "api-calls", name: "API calls", unit: "calls", aggregation: .sum, dimensions: ["region", "tier"]),
        Meter(id: "storage", name: "Storage", unit: "GB", aggregation: .max),
        Meter(id: "users", name: "Users", unit: "users", aggregation: .unique, uniqueDimension: "user"),
        Meter(id: "events", name: "Events", unit: "events", aggregation: .count),
        Meter(id: "seats", name: "Seats", unit: "seats", aggregation: .latest),
    ]

    @discardableResult
    func add(_ name: String, _ text: String, source: Sources.Source? = nil) -> Self {
        add(name, bytes: Array(text.utf8), source: source)
    }

    @discardableResult
    func add(_ name: String, bytes: [UInt8], source: Sources.Source? = nil) -> Self {
        let url = folder.appendingPathComponent(name)
        try? Data(bytes).write(to: url)
        files.append(MeterFile(path: url.path, name: name, source: source))
        return self
    }

    static let year = ServicePeriod(start: .first(year: 2026, month: 1), end: .first(year: 2027, month: 1))

    struct Outcome {
        var usage: [Usage]
        var reports: [FileReport]
        var findings: [Finding]
        var quarantine: [QuarantinedRow]
        var result: UsageImport.Result
    }

    func run(
        range: UsageRange = .everybody(Fixture.year), billed: BilledPeriods = BilledPeriods(), threads: Int = 2,
        options: MeterReadingOptions = MeterReadingOptions(),
        order: [Int]? = nil
    ) throws -> Outcome {
        var quarantine: [QuarantinedRow] = []
        let files = order.map { $0.map { self.files[$0] } } ?? self.files
        let result = try UsageImport.run(
            files: files, workspace: workspace, range: range, billed: billed, threads: threads, options: options,
            quarantine: { quarantine.append($0) })
        return Outcome(
            usage: Array(result.book), reports: result.reports, findings: result.findings, quarantine: quarantine,
            result: result)
    }
}

/// Random numbers that can be repeated: every test prints its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    static func fresh(_ name: String) -> SeededGenerator {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of \(name): \(seed)")
        return SeededGenerator(seed: seed)
    }
}

/// gzip and zip without compression, which readers cannot tell from the compressed ones.
enum Container {
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(60_000)
            rest = rest.dropFirst(part.count)
            result.append(rest.isEmpty ? 1 : 0)
            result += little(UInt64(part.count), 2) + little(UInt64(~UInt16(part.count)), 2) + part
        } while !rest.isEmpty
        return result + little(UInt64(crc32(bytes)), 4) + little(UInt64(bytes.count), 4)
    }

    static func zip(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var result: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let name = Array(entry.name.utf8)
            let common =
                little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(UInt64(crc32(entry.bytes)), 4)
                + little(UInt64(entry.bytes.count), 4) + little(UInt64(entry.bytes.count), 4)
                + little(UInt64(name.count), 2) + little(0, 2)
            directory += little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
            directory += little(0, 4) + little(UInt64(result.count), 4) + name
            result += little(0x0403_4B50, 4) + common + name + entry.bytes
        }
        let start = result.count
        result += directory
        result += little(0x0605_4B50, 4) + little(0, 4) + little(UInt64(entries.count), 2)
        return result + little(UInt64(entries.count), 2) + little(UInt64(directory.count), 4) + little(UInt64(start), 4)
            + little(0, 2)
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
