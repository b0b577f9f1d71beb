/// One event of usage as the stages between reading and aggregation hold it: 48 bytes, of which there are as many as
/// events. What the numbers mean is in the `EventShare` that the record belongs to.
package struct EventRecord {
    /// Fingerprint of the event's id within its source.
    package var identity: (UInt64, UInt64) = (0, 0)
    /// Nanoseconds since 1970.
    package var instant: Int64 = 0
    /// The quantity without its point, below 10^18; or the place of a wider one in `EventShare.wideValues`.
    package var mantissa: Int64 = 0
    /// From the highest bit: chunk (26 bits), offset in it (30), scale (5), flags (3).
    package var location: UInt64 = 0
    /// Customer, project, meter and values of declared dimensions, as a number of the share.
    package var series: UInt32 = 0
    /// For `unique` meters: the counted dimension's value, as a number of the share.
    package var distinctValue: UInt32 = 0

    package init() {}

    package static let scaleShift: UInt64 = 3
    package static let placeShift: UInt64 = 8
    package static let chunkShift: UInt64 = 38
    package static let isWide: UInt64 = 1
    package static let hasNoIdentity: UInt64 = 2
    /// Set by deduplication: the event counts no more. A cancellation, when there are some, sets it too.
    package static let isDropped: UInt64 = 4

    /// Records beyond these are not told apart; chunks are cut so that none reaches them.
    package static let mostChunks = 1 << 26
    package static let mostChunkBytes = 1 << 30

    /// Chunk and offset: the same for all records of a row.
    package var place: UInt64 {
        @inlinable get { location >> Self.placeShift }
    }
    package var chunk: Int {
        @inlinable get { Int(location >> Self.chunkShift) }
    }
    package var offset: Int {
        @inlinable get { Int(location >> Self.placeShift) & (Self.mostChunkBytes - 1) }
    }
    package var scale: Int {
        @inlinable get { Int(location >> Self.scaleShift) & 31 }
    }
    package var flags: UInt64 {
        @inlinable get { location & 7 }
    }
}
