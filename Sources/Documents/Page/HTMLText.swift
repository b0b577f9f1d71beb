/// HTML as bytes: what comes from data is escaped byte by byte, so that no combining character can hide a sign.
struct HTMLText {
    private var bytes: [UInt8] = []

    var string: String { String(decoding: bytes, as: UTF8.self) }
    var isEmpty: Bool { bytes.isEmpty }

    /// Our own markup.
    mutating func markup(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Markup made elsewhere of escaped texts.
    mutating func markup(made html: HTMLText) { bytes += html.bytes }

    mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// Text from data.
    mutating func text(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): markup("&amp;")
            case UInt8(ascii: "<"): markup("&lt;")
            case UInt8(ascii: ">"): markup("&gt;")
            case UInt8(ascii: "\""): markup("&quot;")
            case UInt8(ascii: "'"): markup("&#39;")
            case 0x00..<0x09, 0x0B..<0x20, 0x7F: markup("\u{FFFD}")
            default: bytes.append(byte)
            }
        }
    }

    mutating func cell(_ content: String) {
        markup("<td class=\"text\">")
        text(content)
        markup("</td>")
    }

    mutating func numberCell(_ content: String) {
        markup("<td class=\"n\">")
        text(content)
        markup("</td>")
    }

    mutating func rowHeading(_ content: String) {
        markup("<th scope=\"row\" class=\"text\">")
        text(content)
        markup("</th>")
    }
}

/// Texts that Mustache will put into a page.
enum PageText {
    /// swift-mustache escapes whole characters and would let a sign pass that carries a combining mark (`"` with an
    /// accent); a dotted circle in between, which is how a lone mark is shown anyway, keeps them apart.
    static func value(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 || $0 < 0x20 || $0 == 0x7F }) else { return text }
        var result = ""
        var afterSign = false
        for scalar in text.unicodeScalars {
            if afterSign, joinsBefore(scalar) { result.unicodeScalars.append("\u{25CC}") }
            let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || scalar.value == 0x7F
            result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            afterSign = "<>&\"'".unicodeScalars.contains(scalar)
        }
        return result
    }

    /// Whether Swift makes one character of this and what stands before it.
    private static func joinsBefore(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isGraphemeExtend || scalar.properties.generalCategory == .spacingMark
            || scalar.value == 0x200D
    }

    /// Inside a CSS string between quotes: everything but letters and digits as a code.
    static func css(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isPlain =
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || " -_./".unicodeScalars.contains(scalar)
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\" + String(scalar.value, radix: 16) + " "
            }
        }
        return result
    }

    /// A relative path as a link: every byte but letters, digits and `-._~/` as a code.
    static func link(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            let letter = byte | 0x20
            let isPlain = (letter >= 0x61 && letter <= 0x7A) || byte &- 0x30 <= 9 || "-._~/".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let code = String(byte, radix: 16, uppercase: true)
                result += "%" + (code.utf8.count < 2 ? "0" : "") + code
            }
        }
        return result
    }
}
