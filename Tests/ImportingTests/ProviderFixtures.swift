import BillingTerms
import Catalog
import FileFormats
import Foundation
import Importing
import Metering

/// An inbox in a folder of its own, which goes with it.
final class InboxFolder {
    private let folder: URL
    private var modified: [String: Timestamp] = [:]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("billwright-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// `day` is the day of 2026 on which the file was last changed.
    @discardableResult
    func write(_ path: String, _ bytes: [UInt8], day: Int = 1) throws -> ProviderFile {
        let place = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: place)
        modified[path] = Timestamp(seconds: 1_767_225_600 + Int64(day - 1) * 86_400)
        return file(path)
    }

    @discardableResult
    func write(_ path: String, _ text: String, day: Int = 1) throws -> ProviderFile {
        try write(path, Array(text.utf8), day: day)
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(path))
        modified[path] = nil
    }

    func file(_ path: String) -> ProviderFile {
        ProviderFile(
            path: path, location: folder.appendingPathComponent(path).path,
            modified: modified[path] ?? Timestamp(nanoseconds: 0))
    }

    var files: [ProviderFile] { modified.keys.sorted().map(file) }
    var inbox: ProviderInbox { ProviderInbox(files) }

    /// All of it, read and summed up; every day counts.
    func costs(_ workspace: Workspace = .empty) -> CostImport {
        CostImport(inbox, workspace: workspace, days: .always)
    }
}

extension ServicePeriod {
    static let always = ServicePeriod(
        start: CalendarDay.first(year: 2000, month: 1), end: CalendarDay.first(year: 2100, month: 1))
}

extension Workspace {
    /// Nobody owns any account.
    static var empty: Workspace {
        let euro = Currency(code: "EUR")
        return Workspace(
            business: Business(seller: Party(name: "Seller"), zone: .utc, currency: euro ?? Currency.test))
    }

    /// Customer `acme` with the projects `web` and `data`; the AWS account 111122223333 is `web`'s.
    static var acme: Workspace {
        var workspace = Workspace.empty
        workspace.customers["acme"] = Customer(
            id: "acme", party: Party(name: "Acme"), currency: .test, zone: .utc,
            projects: [Project(id: "web", name: "Web"), Project(id: "data", name: "Data")])
        workspace.serviceAccounts["acme-aws"] = ServiceAccount(
            id: "acme-aws", name: "Acme on AWS", provider: "aws", accountIDs: ["111122223333"], project: "web")
        return workspace
    }
}

extension Currency {
    static var test: Currency { knownCodes.lazy.compactMap { Currency(code: $0) }.first { $0.code == "USD" }! }
}

/// A legacy cost and usage report, row by row.
struct CURText {
    static let columns = [
        "identity/LineItemId", "bill/PayerAccountId", "bill/BillingPeriodStartDate", "lineItem/UsageAccountId",
        "lineItem/LineItemType", "lineItem/UsageStartDate", "lineItem/ProductCode", "lineItem/UsageAmount",
        "lineItem/CurrencyCode", "lineItem/UnblendedCost", "product/ProductName", "pricing/publicOnDemandCost",
        "reservation/EffectiveCost", "reservation/ReservationARN",
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", "reservation/UnusedRecurringFee",
        "savingsPlan/SavingsPlanEffectiveCost", "savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment",
        "product/regionCode", "lineItem/AvailabilityZone", "lineItem/Operation", "resourceTags/user:Project",
        "resourceTags/user:project",
    ]
    var columns = CURText.columns
    var lineEnd = "\n"
    private(set) var rows: [[String]] = []

    static let usual = [
        "identity/LineItemId": "x", "bill/PayerAccountId": "012345678901",
        "bill/BillingPeriodStartDate": "2026-03-01T00:00:00Z", "lineItem/UsageAccountId": "111122223333",
        "lineItem/LineItemType": "Usage", "lineItem/UsageStartDate": "2026-03-02T05:00:00Z",
        "lineItem/ProductCode": "AmazonEC2", "lineItem/UsageAmount": "1", "lineItem/CurrencyCode": "USD",
        "lineItem/UnblendedCost": "1", "product/ProductName": "Amazon Elastic Compute Cloud",
    ]

    mutating func add(_ cost: String = "1", _ fields: [String: String] = [:]) {
        let row = CURText.usual.merging(["lineItem/UnblendedCost": cost], uniquingKeysWith: { $1 })
            .merging(fields, uniquingKeysWith: { $1 })
        rows.append(columns.map { row[$0] ?? "" })
    }

    /// One row for each cost.
    static func of(_ costs: String..., fields: [String: String] = [:]) -> CURText {
        var text = CURText()
        for cost in costs { text.add(cost, fields) }
        return text
    }

    var text: String {
        ([columns] + rows).map { $0.map(CURText.quoted).joined(separator: ",") + lineEnd }.joined()
    }

    static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
    }
}

/// A FOCUS bill, row by row.
struct FOCUSText {
    static let usual = [
        "BilledCost": "1", "EffectiveCost": "1", "ListCost": "1", "ContractedCost": "1",
        "BillingAccountId": "BA-1", "SubAccountId": "SUB-1", "BillingCurrency": "EUR",
        "BillingPeriodStart": "2026-03-01T00:00:00Z", "BillingPeriodEnd": "2026-04-01T00:00:00Z",
        "ChargePeriodStart": "2026-03-02T00:00:00Z", "ChargeCategory": "Usage", "ChargeClass": "",
        "ProviderName": "Google Cloud", "ServiceName": "Compute Engine", "RegionId": "europe-west3",
        "ConsumedQuantity": "1", "Tags": "{}",
    ]
    var columns = usual.keys.sorted()
    private(set) var rows: [[String]] = []

    mutating func add(_ fields: [String: String] = [:]) {
        let row = FOCUSText.usual.merging(fields, uniquingKeysWith: { $1 })
        rows.append(columns.map { row[$0] ?? "" })
    }

    static func of(_ rows: [String: String]...) -> FOCUSText {
        var text = FOCUSText()
        for row in rows { text.add(row) }
        return text
    }

    var text: String { ([columns] + rows).map { $0.map(CURText.quoted).joined(separator: ",") + "\n" }.joined() }
}

/// A manifest of a cost and usage report of March 2026.
func manifest(assembly: String, parts: [String], period: String = "20260301T000000.000Z") -> String {
    let keys = parts.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
        {"assemblyId": "\(assembly)", "account": "012345678901", "reportName": "acme",
         "billingPeriod": {"start": "\(period)"}, "reportKeys": [\(keys)]}
        """
}

/// A gzip file (RFC 1952) of stored blocks.
func gzipped(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var offset = 0
    repeat {
        let block = bytes[offset..<min(offset + 65_535, bytes.count)]
        offset = block.endIndex
        let length = UInt16(block.count)
        output.append(offset == bytes.count ? 1 : 0)
        for value in [length, ~length] { output += [UInt8(value & 0xFF), UInt8(value >> 8)] }
        output += block
    } while offset < bytes.count
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    for value in [~checksum, UInt32(bytes.count)] {
        for shift in [0, 8, 16, 24] { output.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }
    return output
}

/// The charges of a text, and what became of its rows.
func charges(
    _ text: String, _ format: ProviderFormat, detail: ChargeDetail = .everything, path: String = "bill.csv",
    source: Sources.Source? = nil
) throws -> (charges: [ProviderCharge], reading: ProviderFileReading) {
    let folder = try InboxFolder()
    var file = try folder.write(path, text)
    file.source = source
    var charges: [ProviderCharge] = []
    let reading = ProviderBillReader(detail: detail).read(file, of: format) { charges.append($0) }
    return (charges, reading)
}

/// What a text is recognised as.
func format(of text: String, source: Sources.Source? = nil) throws -> ProviderFormat? {
    let folder = try InboxFolder()
    var file = try folder.write("bill", text)
    file.source = source
    guard case .bill(let format) = try ProviderContent(of: file) else { return nil }
    return format
}

func decimal(_ text: String) throws -> ExactDecimal { try ExactDecimal(parsing: text) }
