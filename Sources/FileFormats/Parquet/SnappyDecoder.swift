/// Snappy's raw format (google/snappy, `format_description.txt`): bytes as they are, and copies of bytes before.
enum SnappyDecoder {
    /// Fills `output`, whose size must be the one that the data says.
    static func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) {
        var input = ParquetBytes(input)
        guard try input.count() == output.count else {
            throw .corruptParquet("snappy data of another length than its page says")
        }
        var out = BackReferences(output)
        while input.left > 0 {
            let tag = Int(try input.byte())
            switch tag & 3 {
            case 0:
                var length = tag >> 2
                if length >= 60 {
                    let size = length - 59
                    length = 0
                    for place in 0..<size { length |= Int(try input.byte()) << (place * 8) }
                }
                try out.append(input.take(length + 1))
            case 1:
                let offset = (tag >> 5) << 8 | Int(try input.byte())
                try out.copy(offset: offset, length: (tag >> 2 & 7) + 4)
            case 2:
                let offset = Int(try input.byte()) | Int(try input.byte()) << 8
                try out.copy(offset: offset, length: (tag >> 2) + 1)
            default:
                try out.copy(offset: input.length(), length: (tag >> 2) + 1)
            }
        }
        try out.finish()
    }
}

/// The block format of LZ4 (lz4/lz4, `lz4_Block_format.md`), without a frame.
enum LZ4Decoder {
    static func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FileFormatError) {
        var input = ParquetBytes(input)
        var out = BackReferences(output)
        while input.left > 0 {
            let token = Int(try input.byte())
            try out.append(input.take(length(token >> 4, &input)))
            // The last sequence has no copy.
            if input.left == 0 { break }
            let offset = Int(try input.byte()) | Int(try input.byte()) << 8
            try out.copy(offset: offset, length: length(token & 15, &input) + 4)
        }
        try out.finish()
    }

    private static func length(_ start: Int, _ input: inout ParquetBytes) throws(FileFormatError) -> Int {
        var length = start
        guard start == 15 else { return length }
        while true {
            let byte = try input.byte()
            length += Int(byte)
            if byte < 255 { return length }
        }
    }
}

/// Output that is partly copied from its own beginning.
private struct BackReferences {
    private let output: UnsafeMutableRawBufferPointer
    private var count = 0

    init(_ output: UnsafeMutableRawBufferPointer) { self.output = output }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        guard bytes.count <= output.count - count else { throw Self.tooLong }
        UnsafeMutableRawBufferPointer(rebasing: output[count...]).copyBytes(from: bytes)
        count += bytes.count
    }

    /// The source may reach into what is being written: then it repeats itself.
    mutating func copy(offset: Int, length: Int) throws(FileFormatError) {
        guard offset > 0, offset <= count else {
            throw .corruptParquet("compressed data refers to what is before its beginning")
        }
        guard length <= output.count - count else { throw Self.tooLong }
        if offset >= length {
            UnsafeMutableRawBufferPointer(rebasing: output[count..<count + length])
                .copyBytes(from: UnsafeRawBufferPointer(rebasing: output[count - offset..<count - offset + length]))
        } else {
            for place in count..<count + length { output[place] = output[place - offset] }
        }
        count += length
    }

    func finish() throws(FileFormatError) {
        guard count == output.count else {
            throw .corruptParquet("expected \(output.count) bytes after decompression, found \(count)")
        }
    }

    private static var tooLong: FileFormatError {
        .corruptParquet("compressed data is longer than its page says")
    }
}
