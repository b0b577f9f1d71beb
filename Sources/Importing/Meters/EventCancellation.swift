/// A row that takes back an event. It may stand before the event or behind it, or come years later.
package struct EventCancellation: Sendable {
    /// The id of the event, cut at 100 characters.
    package var name: String
    /// Where it stands.
    package var place: UInt64
    /// The events that it may mean; two cancellations are the same when the first is.
    package var identities: [(UInt64, UInt64)]

    package init(name: String, place: UInt64, identities: [(UInt64, UInt64)]) {
        self.name = name
        self.place = place
        self.identities = identities
    }
}
