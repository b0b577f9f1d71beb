import BillingTerms
import Catalog
import Metering

/// An event as the tests make them up, and the plainest way to add them up: an independent second implementation.
struct TestEvent: Hashable {
    var id: String
    var customer: String
    var project: String
    var meter: String
    var value: String
    var time: Timestamp
    var region: String
    var user: String
    var note: String

    var csv: [String] { [id, customer, project, meter, value, time.description, region, user, note] }
    static let header = [
        "event_id", "customer_id", "project_id", "meter", "value", "timestamp", "region", "user", "note",
    ]

    /// `usesQuotes` of a generator: fields are quoted where they must be, and sometimes where they need not.
    static func line(_ fields: [String], _ random: inout SeededGenerator) -> String {
        fields.map { field in
            let must = field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
            guard must || Int.random(in: 0..<10, using: &random) == 0 else { return field }
            return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
        }.joined(separator: ",") + (Int.random(in: 0..<20, using: &random) == 0 ? "\r\n" : "\n")
    }

    func json(_ random: inout SeededGenerator) -> String {
        func quoted(_ text: String) -> String {
            "\""
                + text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\"": "\\\""
                    case "\\": "\\\\"
                    case "\n": "\\n"
                    case "é": "\\u00e9"
                    default: String(scalar)
                    }
                }.joined() + "\""
        }
        var members = zip(TestEvent.header, csv).filter { !$0.1.isEmpty || $0.0 == "value" }.map {
            quoted($0.0) + ":" + quoted($0.1)
        }
        members.shuffle(using: &random)
        return "{" + members.joined(separator: Bool.random(using: &random) ? "," : " , ") + "}\n"
    }
}

struct NaiveImport {
    struct Key: Hashable {
        var customer: String
        var project: String
        var meter: String
        var region: String
        var day: CalendarDay
    }

    struct Total: Hashable {
        var count = 0
        var sum = ExactDecimal.zero
        var maximum: ExactDecimal?
        var latest: Usage.Latest?
        var users: Set<String> = []
    }

    struct Counts: Hashable {
        var read = 0
        var kept = 0
        var duplicate = 0
        var quarantined = 0
    }

    private(set) var totals: [Key: Total] = [:]
    private(set) var counts: [Counts] = []

    init(files: [[TestEvent]], workspace: Workspace, policy: ConflictPolicy) {
        counts = Array(repeating: Counts(), count: files.count)
        struct Content: Hashable {
            var event: TestEvent
            var value: ExactDecimal
        }
        var byID: [String: [(file: Int, content: Content)]] = [:]
        for (file, events) in files.enumerated() {
            for event in events {
                counts[file].read += 1
                guard let value = try? ExactDecimal(parsing: event.value),
                    let customer = workspace.customers[CustomerID(event.customer)],
                    customer.projects.contains(where: { $0.id.text == event.project }),
                    let meter = workspace.meters[MeterID(event.meter)]
                else {
                    counts[file].quarantined += 1
                    continue
                }
                var content = event
                (content.note, content.value) = ("", "")
                if !meter.dimensions.contains("region") { content.region = "" }
                if meter.uniqueDimension != "user" { content.user = "" }
                if event.id.isEmpty {
                    keep(content, value, file, workspace)
                } else {
                    byID[event.id, default: []].append((file, Content(event: content, value: value)))
                }
            }
        }
        for group in byID.values {
            let right = policy == .keepLast ? group[group.count - 1].content : group[0].content
            var isKept = false
            for (file, content) in group {
                if content != right {
                    counts[file].quarantined += 1
                } else if isKept {
                    counts[file].duplicate += 1
                } else {
                    isKept = true
                    keep(content.event, content.value, file, workspace)
                }
            }
        }
    }

    private mutating func keep(_ event: TestEvent, _ value: ExactDecimal, _ file: Int, _ workspace: Workspace) {
        counts[file].kept += 1
        let zone = workspace.customers[CustomerID(event.customer)]?.zone ?? .utc
        let key = Key(
            customer: event.customer, project: event.project, meter: event.meter, region: event.region,
            day: zone.day(of: event.time))
        var total = totals[key] ?? Total()
        total.count += 1
        total.sum += value
        total.maximum = max(total.maximum ?? value, value)
        let latest = Usage.Latest(instant: event.time, value: value)
        total.latest = max(total.latest ?? latest, latest)
        if workspace.meters[MeterID(event.meter)]?.aggregation == .unique { total.users.insert(event.user) }
        totals[key] = total
    }

    func expects(_ usage: [Usage]) -> Bool {
        guard usage.count == totals.count else { return false }
        return usage.allSatisfy { entry in
            let key = Key(
                customer: entry.customer.text, project: entry.project.text, meter: entry.meter.text,
                region: entry.dimensionValues.first ?? "", day: entry.day)
            guard let total = totals[key] else { return false }
            return total.count == entry.eventCount && total.sum == entry.sum && total.maximum == entry.maximum
                && total.latest == entry.latest && total.users.count == entry.distinct.count
        }
    }
}
