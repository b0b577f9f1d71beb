import BillingTerms
import Catalog
import Metering

/// What rows of usage have in common that differ in their time only.
struct UsageGroup: Sendable {
    /// In the order of the keys; the places of times are empty.
    let values: [String]
    /// Which of the meters of `UsageRows.Source`.
    let meter: Int
    /// The entries of the book that it adds up: one range for each run, in which no day comes twice.
    private(set) var runs: [Range<Int>]

    /// All groups of a book that the filter takes, in the order of their values.
    static func all(_ source: UsageRows.Source, filter: UsageFilter, threads: Int) -> [UsageGroup] {
        let meters = Dictionary(uniqueKeysWithValues: source.meters.indices.map { (source.meters[$0].id, $0) })
        let groups = parallelMap(Array(0..<source.book.segmentCount), threads: threads) { segment in
            var groups: [UsageGroup] = []
            for run in source.book.runs(ofSegment: segment) {
                guard let meter = meters[run.meter], filter.includes(run, source.meters[meter]) else { continue }
                let values = source.keys.values(run, source.meters[meter])
                if groups.last?.values == values {
                    groups[groups.count - 1].runs.append(run.entries)
                } else {
                    groups.append(UsageGroup(values: values, meter: meter, runs: [run.entries]))
                }
            }
            return groups
        }.flatMap(\.self)
        // Mostly the book's order is that of the keys.
        let isInOrder = zip(groups, groups.dropFirst()).allSatisfy { precedes($0.values[...], $1.values[...]) }
        return isInOrder ? groups : joined(groups).sorted { precedes($0.values[...], $1.values[...]) }
    }

    private static func joined(_ groups: [UsageGroup]) -> [UsageGroup] {
        var joined: [UsageGroup] = []
        var places: [[String]: Int] = [:]
        for group in groups {
            if let known = places[group.values] {
                joined[known].runs += group.runs
            } else {
                places[group.values] = joined.count
                joined.append(group)
            }
        }
        return joined
    }

    static func precedes(_ left: ArraySlice<String>, _ right: ArraySlice<String>) -> Bool {
        for (left, right) in zip(left, right) where left != right {
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return false
    }
}
