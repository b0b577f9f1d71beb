import BillingTerms
import Catalog

/// The findings about the rows of one file. A fault that many rows share is shown for the first few of them and then
/// counted, so that a hundred thousand bad rows do not hide everything else.
struct FindingGroups {
    private struct Key: Hashable {
        var code: FindingCode
        var name: String
    }

    private struct Group {
        var count = 0
        var reason: String
        var quantities: [String: ExactDecimal] = [:]
        var unknownQuantities = 0
    }

    private let file: String
    private let catalog: MeterCatalog
    private var groups: [Key: Group] = [:]
    private var order: [Key] = []
    private var namesOfCode: [FindingCode: Int] = [:]
    private(set) var findings: [Finding] = []

    private static let shown = 3
    private static let mostNames = 20
    private static let otherNames = "\u{0}"

    init(file: String, catalog: MeterCatalog) {
        self.file = file
        self.catalog = catalog
    }

    mutating func add(
        _ diagnosis: RowDiagnosis, meter: String?, quantity: ExactDecimal?, place: () -> BillingTerms.Place
    ) {
        var key = Key(code: diagnosis.code, name: diagnosis.name)
        if groups[key] == nil {
            namesOfCode[key.code, default: 0] += 1
            // A file of nothing but unknown names would otherwise have a finding for each.
            if namesOfCode[key.code, default: 0] > FindingGroups.mostNames { key.name = FindingGroups.otherNames }
        }
        if groups[key] == nil {
            groups[key] = Group(reason: diagnosis.reason)
            order.append(key)
        }
        groups[key]?.count += 1
        if let quantity {
            let unit = meter.flatMap(unit) ?? "units"
            groups[key]?.quantities[unit, default: .zero] += quantity
        } else {
            groups[key]?.unknownQuantities += 1
        }
        guard let count = groups[key]?.count, count <= FindingGroups.shown, key.name != FindingGroups.otherNames else {
            return
        }
        var notes = diagnosis.notes
        if let nearest = nearest(to: diagnosis) { notes.append(nearest) }
        let lost = quantity.map { FindingGroups.amount($0, meter.flatMap(unit) ?? "units") + " not billed" }
        notes.append("row set aside; " + (lost ?? "its quantity is not known"))
        findings.append(Finding(diagnosis.code, diagnosis.reason, at: place(), notes: notes))
    }

    /// One more finding for each fault of more rows than were shown.
    func summaries() -> [Finding] {
        order.compactMap { key in
            guard let group = groups[key], group.count > FindingGroups.shown || key.name == FindingGroups.otherNames
            else {
                return nil
            }
            let message =
                key.name == FindingGroups.otherNames
                ? "\(group.count) more rows with other names"
                : "\(group.count) rows in all" + (key.name.isEmpty ? "" : ": " + group.reason)
            var lost = group.quantities.sorted { $0.key < $1.key }.prefix(5).map {
                FindingGroups.amount($0.value, $0.key)
            }
            if group.quantities.count > 5 { lost.append("others") }
            var note = "rows set aside"
            if !lost.isEmpty { note += "; " + lost.joined(separator: ", ") + " not billed" }
            if group.unknownQuantities > 0 { note += "; the quantity of \(group.unknownQuantities) is not known" }
            return Finding(key.code, message, at: BillingTerms.Place(file: file), notes: [note])
        }
    }

    private static func amount(_ quantity: ExactDecimal, _ unit: String) -> String {
        quantity == .one && unit == "units" ? "1 unit" : "\(quantity.shortText) \(unit)"
    }

    private func unit(of meter: String) -> String? {
        var meter = meter
        let number = meter.withUTF8 { catalog.meterTable.find(TextCell(start: $0.baseAddress, count: $0.count)) }
        return number.map { catalog.meters[Int($0)].unit }
    }

    private func nearest(to diagnosis: RowDiagnosis) -> String? {
        switch diagnosis.code {
        case .unknownMeter:
            nearestName(to: diagnosis.name, among: catalog.meters.lazy.map(\.id.text)).map {
                "nearest: \"\($0)\" (catalog/meters.yaml)"
            }
        case .unknownCustomer:
            nearestName(to: diagnosis.name, among: catalog.customers.lazy.map(\.id.text)).map {
                "nearest: \"\($0)\" (customers/\($0).yaml)"
            }
        case .unknownProject:
            nearestName(
                to: diagnosis.name,
                among: catalog.projects.lazy.filter { $0.customer == diagnosis.customer }.map(\.id.text)
            ).map { "nearest: \"\($0)\"" }
        default: nil
        }
    }
}
