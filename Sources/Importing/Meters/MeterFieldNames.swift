import BillingTerms
import Catalog

/// Under which names exports give the fields of an event: those of Amberflo, OpenMeter (CloudEvents), Lago and Stripe,
/// or what `sources.yaml` maps instead. Where an export has several, the first in the list counts.
struct MeterFieldNames: Sendable {
    /// Names by field, the preferred first.
    let names: [MeterField: [String]]
    /// Columns and keys that are known to be of no use.
    let ignored: Set<String>

    static let usual: [MeterField: [String]] = [
        .identity: ["uniqueId", "event_id", "id", "transaction_id", "identifier"],
        .customer: [
            "customerId", "customer_id", "subject", "external_customer_id", "external_subscription_id",
            "stripe_customer_id",
        ],
        .project: ["project_id", "projectId"],
        .meter: ["meterApiName", "meter", "code", "event_name", "type"],
        .value: ["meterValue", "value", "quantity"],
        .time: ["meterTimeInMillis", "timestamp", "time", "created"],
        .cancel: ["aflo.cancel_previous_resource_event"],
    ]

    /// The fields that exports also write inside `properties`, `data`, `payload` or `dimensions`. Not identity, meter
    /// and time: `id`, `type` and `time` are too usual as names of dimensions there.
    static let nestable: Set<MeterField> = [.customer, .project, .value, .cancel]

    /// Objects whose members are dimensions, or the value.
    static let containers = ["properties", "data", "payload", "dimensions"]

    /// What CloudEvents 1.0 and Stripe put around every event; of no use here and not worth a word in each file.
    static let envelope: Set<String> = [
        "specversion", "source", "datacontenttype", "dataschema", "object", "livemode",
    ]

    /// A name for people, who need not read a megabyte of it.
    static func short(_ name: String) -> String {
        name.utf8.count <= 200 ? name : String(name.unicodeScalars.prefix(100).map(Character.init)) + "…"
    }

    init(source: Sources.Source?) {
        var names = MeterFieldNames.usual
        for (field, name) in source?.fields ?? [:] { names[field] = [name] }
        self.names = names
        ignored = Set(source?.ignored ?? [])
    }

    func isMapped(_ field: MeterField) -> Bool { names[field] != MeterFieldNames.usual[field] }

    /// How good a name is for a field: 0 is best, nil is not at all.
    func preference(of name: String, for field: MeterField) -> Int? { names[field]?.firstIndex(of: name) }

    /// The header's columns of each field.
    func columns(in header: [String]) -> [MeterField: Int] {
        var result: [MeterField: Int] = [:]
        for (field, names) in names {
            for name in names where result[field] == nil { result[field] = header.firstIndex(of: name) }
        }
        return result
    }

    /// Whether a CSV header is that of a meter export. Events that count by being there need no column for a value: their
    /// ids tell them from rows of other kinds, unless sources.yaml says which columns are meant.
    func suffice(header: [String]) -> Bool {
        let found = columns(in: header).keys
        if suffices(found) { return true }
        guard !isMapped(.value), suffices(Array(found) + [.value]) else { return false }
        return found.contains(.identity) || [.customer, .meter, .time].contains(where: isMapped)
    }

    /// Whether there is all that an event cannot do without, for which an identity may be missing, and a project; or all
    /// that a cancellation needs.
    func suffices(_ fields: some Sequence<MeterField>) -> Bool {
        let fields = Set(fields)
        return fields.isSuperset(of: [.customer, .meter, .value, .time]) || fields.isSuperset(of: [.identity, .cancel])
    }
}

/// Tells meter exports from provider bills and from files of other kinds, by their content.
package enum MeterExport {
    /// Bytes of a text that are enough to recognise it.
    package static let headSize = 1 << 16

    /// Whether a CSV file with these columns is a meter export: it has a customer, a meter and a time, and a value or an
    /// id.
    package static func recognises(header: [String], source: Sources.Source? = nil) -> Bool {
        MeterFieldNames(source: source).suffice(header: header.map(MeterExport.trimmed))
    }

    /// The fields that a header with most of an event's lacks, in words; nil where it is no meter export at all.
    static func missing(in header: [String], source: Sources.Source?) -> String? {
        let needed: [MeterField] = [.customer, .meter, .value, .time]
        let found = MeterFieldNames(source: source).columns(in: header.map(trimmed)).keys
        let missing = needed.filter { !found.contains($0) }
        guard (1...2).contains(missing.count) else { return nil }
        let words = missing.map(\.rawValue).joined(separator: " or the ")
        return missing == [.value] ? words + "; events that are counted need none where they have an id" : words
    }

    /// Blanks around a column's name are never meant.
    static func trimmed(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " }) else { return "" }
        guard let last = scalars.lastIndex(where: { $0 != " " }) else { return "" }
        return String(scalars[first...last])
    }
}
