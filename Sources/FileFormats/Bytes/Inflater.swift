import CZlib

/// One deflate stream after another, by zlib.
final class Inflater {
    enum Format {
        /// With header and trailer; zlib compares CRC and length itself.
        case gzip
        /// As zip archives store it.
        case raw
    }

    struct Progress {
        var consumed = 0
        var produced = 0
        var ended = false
    }

    /// zlib keeps a pointer back to this structure, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init(_ format: Format) throws(FileFormatError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window; +16 asks for gzip, a negative number for no header at all.
        let windowBits: Int32 = format == .gzip ? 15 + 16 : -15
        let status = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw FileFormatError(.cannotRead, "zlib cannot start: code \(status)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Makes ready for the next stream.
    func reset() {
        inflateReset(stream)
    }

    /// Inflates as much of `input` into `output` as fits. Places in errors are offsets into `input`.
    ///
    /// Throws `.corruptData` or `.corruptChecksum`.
    func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) -> Progress {
        let offered = UInt32(clamping: input.count)
        let room = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = offered
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let consumed = Int(offered - stream.pointee.avail_in)
        let progress = Progress(
            consumed: consumed, produced: Int(room - stream.pointee.avail_out), ended: status == Z_STREAM_END)
        switch status {
        case Z_OK, Z_STREAM_END, Z_BUF_ERROR:
            // Z_BUF_ERROR says only that neither input nor room allowed any progress.
            return progress
        case Z_DATA_ERROR:
            let detail = stream.pointee.msg.map { String(cString: $0) } ?? "no detail"
            let isChecksum = detail == "incorrect data check" || detail == "incorrect length check"
            throw FileFormatError(
                isChecksum ? .corruptChecksum : .corruptData, "the compressed data is damaged: \(detail)",
                byteOffset: consumed)
        case Z_NEED_DICT:
            throw FileFormatError(
                .corruptData, "the compressed data needs a dictionary, which no file has", byteOffset: consumed)
        default:
            throw FileFormatError(.cannotRead, "zlib cannot go on: code \(status)", byteOffset: consumed)
        }
    }
}
