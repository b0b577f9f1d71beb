/// How far a compressed file may grow, so that a small file cannot occupy the machine for days.
package struct DecompressionLimit: Hashable, Sendable {
    /// Most bytes that one file may become in all.
    package var maximumBytes: Int

    /// Most bytes out per byte in, once more than `ratioFloor` bytes have come out.
    package var maximumRatio: Int
    package var ratioFloor: Int

    /// Exports shrink to a tenth, at most to a fiftieth; deflate cannot do better than 1,032 times.
    package init(maximumBytes: Int = 64 << 30, maximumRatio: Int = 250, ratioFloor: Int = 1 << 30) {
        self.maximumBytes = maximumBytes
        self.maximumRatio = maximumRatio
        self.ratioFloor = ratioFloor
    }

    /// Throws `.decompressionLimit`.
    func check(produced: Int, consumed: Int) throws(FileFormatError) {
        if produced > maximumBytes {
            throw FileFormatError(
                .decompressionLimit, "expected at most \(maximumBytes) bytes after decompression", byteOffset: consumed)
        }
        if produced > ratioFloor, produced / max(1, consumed) > maximumRatio {
            throw FileFormatError(
                .decompressionLimit, "expected at most \(maximumRatio) decompressed bytes per compressed byte",
                byteOffset: consumed)
        }
    }
}
