/// Records that are the elements of an array within objects: `{"results": [record, record], "total": 2}`.
extension JSONRecords {
    /// Reads the elements of the member `name` of each object of the text, one object or several one after the other, in
    /// memory bounded by the longest element or other member.
    ///
    /// Other members are walked over. Text that is no such object is refused, and so is a text that ends early.
    package convenience init(
        source: ByteSource, elementsOf name: String, limits: JSONLimits = JSONLimits(), bufferSize: Int = 1 << 18
    ) {
        let buffer = TextBuffer(source, capacity: bufferSize)
        self.init(buffer, layout: .concatenated, limits: limits, checksLines: true)
        member = Member(name: name)
    }

    /// Where reading stands between elements.
    struct Member {
        let name: String
        var place = Place.outside

        enum Place {
            case outside
            case members(isFirst: Bool)
            case elements(isFirst: Bool)
        }
    }

    func nextElement(of current: Member) throws(FileFormatError) -> Bool {
        var current = current
        while true {
            try skipWhiteSpace()
            switch current.place {
            case .outside:
                guard try beginsObject() else { return false }
                current.place = .members(isFirst: true)
            case .members(let isFirst):
                current.place = try nextMember(of: current, isFirst: isFirst)
            case .elements(let isFirst):
                if try peek("an element or the end of the array") == UInt8(ascii: "]") {
                    position += 1
                    current.place = .members(isFirst: false)
                } else {
                    if !isFirst { try take(",", "a comma or the end of the array") }
                    try takeValue()
                    current.place = .elements(isFirst: false)
                    member = current
                    return true
                }
            }
            member = current
        }
    }

    /// Steps into the next object of the text; `false` at its end.
    private func beginsObject() throws(FileFormatError) -> Bool {
        if try isAtEndOfText() { return false }
        try take("{", "an object")
        return true
    }

    /// Steps over one member, into the array where it is the one that is wanted.
    private func nextMember(of current: Member, isFirst: Bool) throws(FileFormatError) -> Member.Place {
        if try peek("a key or the end of the object") == UInt8(ascii: "}") {
            position += 1
            return .outside
        }
        if !isFirst { try take(",", "a comma or the end of the object") }
        guard try peek("a key in quotes") == UInt8(ascii: "\"") else {
            throw error(.malformedJSON, "expected a key in quotes")
        }
        try takeValue()
        let isWanted = record.dropFirst().dropLast().elementsEqual(current.name.utf8)
        try skipWhiteSpace()
        try take(":", "a colon after the key")
        if isWanted, try peek("a value") == UInt8(ascii: "[") {
            position += 1
            return .elements(isFirst: true)
        }
        try takeValue()
        return .members(isFirst: false)
    }

    /// Passes a byte that must stand here, and the white space behind it.
    private func take(_ byte: Unicode.Scalar, _ expectation: String) throws(FileFormatError) {
        guard try peek(expectation) == UInt8(ascii: byte) else {
            throw error(.malformedJSON, "expected \(expectation)")
        }
        position += 1
        try skipWhiteSpace()
    }
}
