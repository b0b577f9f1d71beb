import CIsal

/// Gzip members by igzip, which inflates several times faster than zlib and says less about what is wrong: whoever gets
/// `nil` asks `Inflater`.
final class FastInflater {
    private let state: UnsafeMutablePointer<inflate_state>

    init() {
        state = .allocate(capacity: 1)
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
    }

    deinit {
        state.deallocate()
    }

    /// Makes ready for the next member.
    func reset() {
        isal_inflate_reset(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
    }

    /// Inflates as much of `input` into `output` as fits, and compares CRC and length at the member's end; `nil` when
    /// something is wrong with the data.
    func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Inflater.Progress? {
        let offered = UInt32(clamping: input.count)
        let room = UInt32(clamping: output.count)
        state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = offered
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = room
        guard isal_inflate(state) == ISAL_DECOMP_OK, state.pointee.avail_in <= offered else { return nil }
        return Inflater.Progress(
            consumed: Int(offered - state.pointee.avail_in), produced: Int(room - state.pointee.avail_out),
            ended: state.pointee.block_state == ISAL_BLOCK_FINISH)
    }
}
