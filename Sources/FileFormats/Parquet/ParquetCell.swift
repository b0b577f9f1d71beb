/// One column of a table within one row group: the cell of each row as text.
final class ParquetCell {
    private let column: ParquetSchema.Column
    private let isSingle: Bool
    private let leaves: [ParquetLeafReader]
    private let rowCount: Int
    /// For cells of several values: how many rows have been put together, and the text of the last one.
    @exclusivity(unchecked) private var rowsTaken = 0
    private let json = ParquetArena()

    private static let mostCellBytes = 64 << 20

    init(_ column: ParquetSchema.Column, _ group: ParquetMetadata.RowGroup, of file: ParquetFile)
        throws(FileFormatError)
    {
        self.column = column
        isSingle = column.leaf != nil
        rowCount = group.rowCount
        var leaves: [ParquetLeafReader] = []
        for number in column.node.leaves {
            let leaf = file.schema.leaves[number]
            do throws(FileFormatError) {
                if isSingle, group.chunks[number].valueCount != group.rowCount {
                    throw .corruptParquet("it has another number of values than the row group has rows")
                }
                leaves.append(try ParquetLeafReader(group.chunks[number], leaf, of: file.raw))
            } catch {
                throw error.inParquetColumn(column.name, at: group.chunks[number].start)
            }
        }
        self.leaves = leaves
    }

    /// Of a row of the group, from 0; rows must be asked for in their order. Null is an empty text. Valid until another row
    /// is asked for.
    func text(ofRow row: Int) throws(FileFormatError) -> UnsafeRawBufferPointer {
        do throws(FileFormatError) {
            if isSingle { return try leaves[0].text(ofRow: row) }
            while rowsTaken <= row { try takeRow(isWanted: rowsTaken == row) }
            return json.bytes(0..<json.count)
        } catch {
            throw error.inParquetColumn(column.name, at: leaves.first?.position ?? 0)
        }
    }

    private func takeRow(isWanted: Bool) throws(FileFormatError) {
        json.removeAll()
        for leaf in leaves {
            guard let levels = try leaf.levels(), levels.repetition == 0 else { throw ParquetLeafReader.tooFew }
        }
        let isEmpty = try isNull(column.node)
        if isWanted, !isEmpty {
            try append(column.node)
        } else {
            for leaf in leaves { try skipRow(leaf) }
        }
        rowsTaken += 1
        for leaf in leaves {
            let next = try leaf.levels()
            guard (next == nil) == (rowsTaken == rowCount), next?.repetition ?? 0 == 0 else {
                throw .corruptParquet("its lists have other lengths than those beside them")
            }
        }
    }

    private func skipRow(_ leaf: ParquetLeafReader) throws(FileFormatError) {
        repeat { _ = leaf.take() } while try leaf.levels()?.repetition ?? 0 > 0
    }

    // A record is put together from the levels of its values (Melnik et al., "Dremel", section 4.2): the definition says
    // from where on nothing is there, the repetition which list goes on.

    private func reader(_ leaf: Int) -> ParquetLeafReader { leaves[leaf - column.node.leaves.lowerBound] }

    private func definition(_ node: ParquetSchema.Node) throws(FileFormatError) -> Int {
        guard let levels = try reader(node.leaves.lowerBound).levels() else { throw ParquetLeafReader.tooFew }
        return levels.definition
    }

    private func isNull(_ node: ParquetSchema.Node) throws(FileFormatError) -> Bool {
        guard let level = node.nullBelow else { return false }
        return try definition(node) < level
    }

    /// Takes one value of every leaf below: each has one where there is nothing.
    private func skip(_ node: ParquetSchema.Node) throws(FileFormatError) {
        for number in node.leaves {
            guard try reader(number).levels() != nil else { throw ParquetLeafReader.tooFew }
            _ = reader(number).take()
        }
    }

    private func append(_ node: ParquetSchema.Node) throws(FileFormatError) {
        guard json.count < Self.mostCellBytes else {
            throw .unreadParquet("a cell of more than \(Self.mostCellBytes) bytes is not read")
        }
        if try isNull(node) {
            try skip(node)
            json.append("null" as StaticString)
            return
        }
        switch node.content {
        case .leaf(let leaf): try append(leaf)
        case .group(let members):
            json.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                if place > 0 { json.append(UInt8(ascii: ",")) }
                appendKey(member.name)
                try append(member)
            }
            json.append(UInt8(ascii: "}"))
        case .list(let element, let definition, let repetition):
            json.append(UInt8(ascii: "["))
            try appendElements(node, definition, repetition) { () throws(FileFormatError) in try append(element) }
            json.append(UInt8(ascii: "]"))
        case .map(let key, let value, let definition, let repetition):
            json.append(UInt8(ascii: "{"))
            try appendElements(node, definition, repetition) { () throws(FileFormatError) in
                try appendKey(key)
                if let value { try append(value) } else { json.append("null" as StaticString) }
            }
            json.append(UInt8(ascii: "}"))
        }
    }

    private func appendElements(
        _ node: ParquetSchema.Node, _ definition: Int, _ repetition: Int,
        _ element: () throws(FileFormatError) -> Void
    ) throws(FileFormatError) {
        guard try self.definition(node) >= definition else { return try skip(node) }
        let first = reader(node.leaves.lowerBound)
        try element()
        while try first.levels()?.repetition == repetition {
            json.append(UInt8(ascii: ","))
            try element()
        }
    }

    private func append(_ leaf: ParquetSchema.Leaf) throws(FileFormatError) {
        let reader = reader(leaf.number)
        guard try reader.levels() != nil else { throw ParquetLeafReader.tooFew }
        guard let text = reader.take() else { return json.append("null" as StaticString) }
        if isQuoted(leaf, text) { appendQuoted(text) } else { json.append(text) }
    }

    /// JSON has no figure for what is no number.
    private func isQuoted(_ leaf: ParquetSchema.Leaf, _ text: UnsafeRawBufferPointer) -> Bool {
        switch leaf.meaning {
        case .float, .double: !(text.last.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false)
        default: leaf.meaning.isQuoted
        }
    }

    /// Keys of maps are never null; one of another type than text is the text of it.
    private func appendKey(_ key: ParquetSchema.Node) throws(FileFormatError) {
        guard try reader(key.leaves.lowerBound).levels() != nil,
            let text = reader(key.leaves.lowerBound).take()
        else { throw .corruptParquet("a map has a key that is null") }
        appendQuoted(text)
        json.append(UInt8(ascii: ":"))
    }

    private func appendKey(_ name: String) {
        var name = name
        name.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
        json.append(UInt8(ascii: ":"))
    }

    private func appendQuoted(_ text: UnsafeRawBufferPointer) {
        json.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                json.append(UInt8(ascii: "\\"))
                json.append(byte)
            case 0..<0x20:
                json.append("\\u00" as StaticString)
                json.append(digits: UInt64(byte >> 4))
                let low = byte & 15
                json.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
