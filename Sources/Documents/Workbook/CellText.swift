import Foundation

/// Texts as cells can hold them.
enum CellText {
    static let longest = 32_767

    /// Control characters, which would break the file, become U+FFFD; a text that is too long is cut, visibly.
    static func clean(_ text: String) -> String {
        var text = text
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 >= 0xC2 }) { text = scrubbed(text) }
        guard text.utf8.count > longest, text.utf16.count > longest else { return text }
        var cut = String(text.prefix(longest - 1))
        while cut.utf16.count > longest - 1 { cut.removeLast() }
        return cut + "…"
    }

    /// For a cell: Excel reads `_x0041_` in a file as the letter A, so that the first `_` of such a text is written as
    /// its own code.
    static func cell(_ text: String) -> String {
        if isPlain(text) { return text }
        let text = clean(text)
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "_"), isCode(bytes[index...].prefix(7)) { result += Array("_x005F".utf8) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Most texts: printable ASCII of a usual length without anything that could be a code. Looked at once, in one pass.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count < longest else { return false }
            var before: UInt8 = 0
            for byte in bytes {
                if byte < 0x20 || byte >= 0x7F || (byte == UInt8(ascii: "x") && before == UInt8(ascii: "_")) {
                    return false
                }
                before = byte
            }
            return true
        }
    }

    /// `_x`, four hexadecimal digits, `_`.
    private static func isCode(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 7 && bytes.dropFirst().first == UInt8(ascii: "x") && bytes.last == UInt8(ascii: "_")
            && bytes.dropFirst(2).dropLast().allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit }
    }

    private static func scrubbed(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isForbidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars { result.unicodeScalars.append(isForbidden(scalar) ? "\u{FFFD}" : scalar) }
        return result
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }

    /// How many digits wide a text is shown; East Asian characters take two. The longest line counts.
    static func width(_ text: String) -> Int {
        var text = text
        let isASCII = text.withUTF8 { bytes in bytes.allSatisfy { $0 >= 0x20 && $0 < 0x80 } }
        if isASCII { return text.utf8.count }
        var widest = 0
        var width = 0
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                widest = max(widest, width)
                width = 0
            } else {
                width += isWide(scalar.value) ? 2 : 1
            }
        }
        return max(widest, width)
    }

    /// How many lines a text takes in a cell of a width that breaks it.
    static func lineCount(_ text: String, width widest: Int) -> Int {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .reduce(0) { $0 + max(1, (width(String($1)) + widest - 1) / widest) }
    }

    /// A text in lines of at most so many digits' width, broken at blanks where there are any.
    static func broken(_ text: String, width widest: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, width(line) + 1 + width(String(word)) > widest {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            return lines + [line]
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// In a page header or footer, where `&` begins a code.
    static func pageText(_ text: String, longest: Int = 60) -> String {
        let cut = text.count > longest ? String(text.prefix(longest - 1)) + "…" : text
        return clean(cut).replacing("\n", with: " ").replacing("&", with: "&&")
    }
}
