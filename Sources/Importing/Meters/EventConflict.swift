/// An event that is set aside because another one has its id and different content.
package struct EventConflict: Sendable {
    /// Where it stands.
    package var place: UInt64
    /// Its meter, by its place in the catalog: a row may hold events of several.
    package var meter: Int
    /// Where the event stands that is kept.
    package var winner: UInt64

    package init(place: UInt64, meter: Int, winner: UInt64) {
        self.place = place
        self.meter = meter
        self.winner = winner
    }
}
