/// An event that is set aside although its row can be read.
package struct EventConflict: Sendable {
    package enum Cause: Sendable {
        /// Another event has its id and other content; where that stands, which is kept.
        case otherContent(winner: UInt64)
        /// It came when the invoice of its period was issued.
        case late(period: String)
    }

    /// Where it stands.
    package var place: UInt64
    /// Its meter, by its place in the catalog: a row may hold events of several.
    package var meter: Int
    package var cause: Cause

    package init(place: UInt64, meter: Int, cause: Cause) {
        self.place = place
        self.meter = meter
        self.cause = cause
    }

    /// Where the event stands that is kept instead of it.
    var winner: UInt64? { if case .otherContent(let winner) = cause { winner } else { nil } }
}
