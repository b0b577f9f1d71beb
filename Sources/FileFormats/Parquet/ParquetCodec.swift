import CZlib
import CZstd

/// How the pages of a column are compressed (`parquet.thrift`, `CompressionCodec`).
enum ParquetCodec {
    /// Fills `output` from the whole of `input`. Throws when it is not filled exactly, and for codecs that are not read.
    static func decode(
        _ codec: Int, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) {
        switch codec {
        case 0:
            guard input.count == output.count else { throw .corruptParquet("a page has another size than it says") }
            output.copyBytes(from: input)
        case 1: try SnappyDecoder.decode(input, into: output)
        case 2: try inflate(input, into: output)
        case 6: try decodeZstandard(input, into: output)
        case 7: try LZ4Decoder.decode(input, into: output)
        default: throw .unreadParquet("the compression \(name(codec)) is not read")
        }
    }

    private static func name(_ codec: Int) -> String {
        [3: "LZO", 4: "BROTLI", 5: "LZ4 (of Hadoop)"][codec] ?? "number \(codec)"
    }

    private static func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) {
        let inflater = try Inflater(.gzip)
        // Room for one byte more, so that data which goes on is noticed.
        var spare: UInt8 = 0
        var (consumed, produced) = (0, 0)
        var hasEnded = false
        while !hasEnded {
            let rest = UnsafeRawBufferPointer(rebasing: input[consumed...])
            let progress: Inflater.Progress
            if produced < output.count {
                progress = try inflater.inflate(
                    rest, into: UnsafeMutableRawBufferPointer(rebasing: output[produced...]))
                produced += progress.produced
            } else {
                var failure: FileFormatError?
                let outcome = withUnsafeMutableBytes(of: &spare) { room -> Inflater.Progress? in
                    do throws(FileFormatError) {
                        return try inflater.inflate(rest, into: room)
                    } catch {
                        failure = error
                        return nil
                    }
                }
                if let failure { throw failure }
                guard let outcome, outcome.produced == 0 else {
                    throw .corruptParquet("compressed data is longer than its page says")
                }
                progress = outcome
            }
            consumed += progress.consumed
            hasEnded = progress.ended
            if !hasEnded, progress.consumed == 0, progress.produced == 0 { throw .cutParquet }
        }
        guard produced == output.count, consumed == input.count else {
            throw .corruptParquet("expected \(output.count) bytes after decompression, found \(produced)")
        }
    }

    private static func decodeZstandard(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) {
        let size = ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, input.count)
        guard ZSTD_isError(size) == 0 else {
            throw .corruptParquet("the zstandard data is damaged: \(String(cString: ZSTD_getErrorName(size)))")
        }
        guard size == output.count else {
            throw .corruptParquet("expected \(output.count) bytes after decompression, found \(size)")
        }
    }

    /// CRC-32 as gzip has it.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
