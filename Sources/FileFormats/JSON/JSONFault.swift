import CScan

/// What the scan found wrong, in words.
enum JSONFault {
    /// `status` is what `cscan_json_next` returned, and `position` where it stood. At the end of the bytes the value is
    /// cut, anywhere else it is malformed.
    static func error(_ status: Int, in bytes: UnsafeRawBufferPointer, at position: Int) -> FileFormatError {
        let place = Place(in: bytes, at: min(position, bytes.count))
        switch status {
        case CSCAN_JSON_TOO_DEEP:
            return place.error(.nestingTooDeep, "expected fewer objects and arrays within each other")
        case CSCAN_JSON_LONE_SECOND_HALF:
            return place.error(.malformedJSON, "found the second half of a surrogate pair alone")
        default:
            let expected = "expected \(expectation(status))"
            guard position < bytes.count else {
                return place.error(.truncated, "\(expected), found the end of the text")
            }
            return place.error(.malformedJSON, "\(expected), found \(name(of: bytes[position]))")
        }
    }

    private static func expectation(_ status: Int) -> String {
        switch status {
        case CSCAN_JSON_NO_KEY: "a key in quotes"
        case CSCAN_JSON_NO_COLON: "a colon after the key"
        case CSCAN_JSON_NO_COMMA_IN_OBJECT: "a comma or the end of the object"
        case CSCAN_JSON_NO_COMMA_IN_ARRAY: "a comma or the end of the array"
        case CSCAN_JSON_NO_END: "the end of the value"
        case CSCAN_JSON_NO_DIGIT: "a digit"
        case CSCAN_JSON_NO_CLOSING_QUOTE: "a closing quote"
        case CSCAN_JSON_NO_TEXT: "a character that may stand in a string"
        case CSCAN_JSON_NO_ESCAPE: "an escape"
        case CSCAN_JSON_NO_HEXADECIMAL: "four hexadecimal digits"
        case CSCAN_JSON_NO_SECOND_HALF: "the second half of a surrogate pair"
        case CSCAN_JSON_NO_WORD: "true, false or null"
        default: "a value"
        }
    }

    private static func name(of byte: UInt8) -> String {
        switch byte {
        case 0x21...0x7E: "\"\(Character(Unicode.Scalar(byte)))\""
        case 0x0A, 0x0D: "the end of the line"
        case 0x00..<0x20: "the control character \(byte)"
        case 0x20: "a space"
        default: "another character"
        }
    }
}
