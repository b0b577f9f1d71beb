/// How the characters of a text are written, as far as its first bytes tell.
package enum TextEncoding: Hashable, Sendable {
    case utf8
    case utf8WithMark
    case utf16LittleEndian
    case utf16BigEndian

    /// Takes the first four bytes of a text, or all of a shorter one.
    ///
    /// Throws `.unsupportedEncoding` for UTF-32, and for UTF-16 without its mark, where every second byte of the first
    /// character would be NUL.
    init(head: [UInt8]) throws(FileFormatError) {
        if head.starts(with: [0xFF, 0xFE, 0x00, 0x00]) || head.starts(with: [0x00, 0x00, 0xFE, 0xFF]) {
            throw FileFormatError(
                .unsupportedEncoding, "expected UTF-8, or UTF-16 with its byte order mark, found UTF-32",
                byteOffset: 0)
        }
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            self = .utf8WithMark
        } else if head.starts(with: [0xFF, 0xFE]) {
            self = .utf16LittleEndian
        } else if head.starts(with: [0xFE, 0xFF]) {
            self = .utf16BigEndian
        } else if head.prefix(2).contains(0) {
            throw FileFormatError(
                .unsupportedEncoding,
                "expected UTF-8, or UTF-16 with its byte order mark, found NUL bytes at the beginning", byteOffset: 0)
        } else {
            self = .utf8
        }
    }

    /// Bytes of the byte order mark.
    var markLength: Int {
        switch self {
        case .utf8: 0
        case .utf8WithMark: 3
        case .utf16LittleEndian, .utf16BigEndian: 2
        }
    }
}
