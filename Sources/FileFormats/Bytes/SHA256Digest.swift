/// The SHA-256 of some bytes: 32 bytes, compared and hashed by value.
package struct SHA256Digest: Hashable, Sendable {
    /// The digest as four big-endian words: inline storage, so that a set of digests allocates nothing per member.
    private let words: SIMD4<UInt64>

    package static let byteCount = 32

    /// `nil` unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = SIMD4<UInt64>()
        for (position, byte) in bytes.enumerated() {
            words[position / 8] = words[position / 8] << 8 | UInt64(byte)
        }
        self.words = words
    }

    /// Reads 64 hexadecimal digits of either case; `nil` for anything else.
    package init?(hexadecimal: some StringProtocol) {
        let digits = hexadecimal.utf8
        guard digits.count == 2 * Self.byteCount else { return nil }
        var words = SIMD4<UInt64>()
        for (position, digit) in digits.enumerated() {
            guard let value = HexadecimalDigit.value(digit) else { return nil }
            words[position / 16] = words[position / 16] << 4 | UInt64(value)
        }
        self.words = words
    }

    package var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) }
    }

    /// 64 digits, lower case, as `sha256sum` prints them.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { hexadecimal }
}
