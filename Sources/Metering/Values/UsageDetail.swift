import BillingTerms
import Catalog

/// What a day's usage tells of single events, for the prices that need it (`EventDetail`): counts and sums in bands of
/// values, and the first events. Bounded however many events there were, and the same in whatever order they come.
package struct UsageDetail: Hashable, Sendable {
    /// Rising; those that hold events.
    package private(set) var bands: [Band]
    /// The first events of the day by time, and by value where they are of one instant; as many as prices ask for.
    package private(set) var first: [Usage.Latest]
    private let wanted: EventDetail

    /// The events with values from one bound up to, not including, the next.
    package struct Band: Hashable, Sendable {
        /// Nil for the band below all bounds.
        package var from: ExactDecimal?
        package var eventCount: Int
        package var sum: ExactDecimal
    }

    package init(_ wanted: EventDetail) {
        self.wanted = wanted
        bands = []
        first = []
    }

    package mutating func add(_ value: ExactDecimal, at instant: Timestamp) {
        // The last bound that the value reaches.
        var (low, high) = (0, wanted.bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if wanted.bounds[middle] <= value { low = middle + 1 } else { high = middle }
        }
        add(Band(from: low == 0 ? nil : wanted.bounds[low - 1], eventCount: 1, sum: value))
        keep(Usage.Latest(instant: instant, value: value))
    }

    package mutating func join(_ other: UsageDetail) {
        for band in other.bands { add(band) }
        for event in other.first { keep(event) }
    }

    private mutating func add(_ more: Band) {
        if let place = bands.firstIndex(where: { $0.from == more.from }) {
            bands[place].eventCount += more.eventCount
            bands[place].sum += more.sum
        } else {
            let place = bands.firstIndex { !UsageDetail.precedes($0.from, more.from) } ?? bands.count
            bands.insert(more, at: place)
        }
    }

    private static func precedes(_ left: ExactDecimal?, _ right: ExactDecimal?) -> Bool {
        guard let right else { return false }
        return left.map { $0 < right } ?? true
    }

    private mutating func keep(_ event: Usage.Latest) {
        if first.count == wanted.firstEvents {
            guard let last = first.last, event < last else { return }
            first.removeLast()
        }
        var (low, high) = (0, first.count)
        while low < high {
            let middle = (low + high) / 2
            if first[middle] < event { low = middle + 1 } else { high = middle }
        }
        first.insert(event, at: low)
    }
}
