import ArgumentParser
import BillingTerms
import Catalog
import Metering

extension Workspace {
    var dimensionNames: [String] { Set(meters.values.flatMap(\.dimensions)).sorted() }
}

struct UsageFilter {
    let customers: Set<CustomerID>
    let projects: Set<ProjectID>
    let meters: Set<MeterID>
    let dimensions: [String: [TextPattern]]

    func includes(_ run: UsageBook.Run, _ meter: Meter) -> Bool {
        (customers.isEmpty || customers.contains(run.customer))
            && (projects.isEmpty || projects.contains(run.project))
            && (meters.isEmpty || meters.contains(run.meter))
            && dimensions.allSatisfy { name, patterns in
                guard let place = meter.dimensions.firstIndex(of: name) else { return false }
                let value = run.dimensionValues[place]
                return !value.isEmpty && patterns.contains { $0.matches(value) }
            }
    }
}

/// What usage is grouped by.
struct UsageKeys {
    enum Key: Equatable {
        case customer, project, meter, day, month
        case dimension(String)
    }

    let keys: [Key]
    let names: [String]
    private let hasDay: Bool
    private let hasMonth: Bool
    private static let plain = ["customer", "project", "meter", "day", "month"]

    init(_ text: String, workspace: Workspace) throws {
        let dimensions = workspace.dimensionNames
        names = try groupingNames(text)
        keys = try names.map { name in
            switch name {
            case "customer": return .customer
            case "project": return .project
            case "meter": return .meter
            case "day": return .day
            case "month": return .month
            default:
                let prefix = "dimension:"
                let dimension = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
                guard dimensions.contains(dimension) else {
                    let known = Self.plain + dimensions
                    throw ValidationError(
                        "no meter has a dimension \"\(dimension)\"; --by takes \(known.joined(separator: ", "))")
                }
                return .dimension(dimension)
            }
        }
        hasDay = keys.contains(.day)
        hasMonth = keys.contains(.month)
    }

    /// The days of a row that holds this day.
    func days(_ day: CalendarDay, of all: ServicePeriod) -> ServicePeriod {
        if hasDay { return ServicePeriod(start: day, end: day + 1) }
        guard hasMonth else { return all }
        let month = ServicePeriod(start: day.firstOfMonth, end: day.firstOfMonth.adding(months: 1))
        return month.intersection(all) ?? all
    }

    var addsMeter: Bool { !keys.contains(.meter) }

    /// The meter stands behind the keys, unless it is one of them. A dimension that has the name of a column of figures is
    /// written as one.
    var columns: KeyColumns {
        let shown = zip(names, keys).map { name, key in
            if case .dimension(let dimension) = key, UsageReport.figureNames.contains(name) {
                return "dimension:" + dimension
            }
            return name
        }
        return KeyColumns(
            names: shown + (addsMeter ? ["meter"] : []), scope: keys.firstIndex(of: .meter) ?? names.count,
            missing: Array(repeating: .nothing("(none)"), count: names.count + 1))
    }

    /// `day` and `month`, as far as they are asked for, in their order.
    var times: [Key] { keys.filter { $0 == .day || $0 == .month } }
    var hasTime: Bool { hasDay || hasMonth }

    /// The places of the values before the first time, between two, and behind the last.
    var columnsBetweenTimes: [Range<Int>] {
        var start = 0
        var columns: [Range<Int>] = []
        for (place, key) in keys.enumerated() where key == .day || key == .month {
            columns.append(start..<place)
            start = place + 1
        }
        return columns + [start..<keys.count + (addsMeter ? 1 : 0)]
    }

    /// Whether nothing but the time tells the rows of one group apart, nor stands behind a time.
    var endsWithTime: Bool { columnsBetweenTimes.dropFirst().allSatisfy(\.isEmpty) }

    /// The keys of usage at any time; the times' own places are left empty.
    func values(_ run: UsageBook.Run, _ meter: Meter) -> [String] {
        keys.map { key in
            switch key {
            case .customer: run.customer.text
            case .project: run.project.text
            case .meter: run.meter.text
            case .day, .month: ""
            case .dimension(let name): meter.dimensions.firstIndex(of: name).map { run.dimensionValues[$0] } ?? ""
            }
        } + (addsMeter ? [run.meter.text] : [])
    }
}
