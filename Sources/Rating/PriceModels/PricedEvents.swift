import BillingTerms
import Catalog
import Metering

/// What is known of the events behind a quantity: how many, and of those that prices look at one by one, the bands of
/// their values and the first ones.
struct PricedEvents {
    private(set) var count = 0
    private(set) var detail: UsageDetail?

    init() {}

    init(_ usage: [Usage]) {
        count = usage.reduce(0) { $0 + $1.eventCount }
        detail = usage.first?.detail
        for entry in usage.dropFirst() {
            guard let more = entry.detail else { continue }
            detail?.join(more)
        }
    }

    /// The first events, as many as there are up to `count`, in the order in which they happened.
    func first(_ count: Int) -> [ExactDecimal] { detail?.first.prefix(count).map(\.value) ?? [] }

    var bands: [UsageDetail.Band] { detail?.bands ?? [] }
}
