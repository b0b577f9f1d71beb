/// The columns of a Parquet file as a table has them.
///
/// A group without further meaning is no cell of its own: its members are columns named `group.member`. Lists, maps and
/// what repeats are one cell each, whose text is JSON.
struct ParquetSchema: Sendable {
    struct Column: Sendable {
        let name: String
        let node: Node
        /// One value or null in every row, so that there is nothing to put together.
        var leaf: Leaf? {
            guard case .leaf(let leaf) = node.content, leaf.mostRepetition == 0 else { return nil }
            return leaf
        }
    }

    struct Leaf: Sendable {
        /// Its number among the leaves, by which row groups name it.
        let number: Int
        let path: [String]
        let type: PhysicalType
        let byteCount: Int
        let meaning: ParquetMeaning
        let mostDefinition: Int
        let mostRepetition: Int
    }

    enum PhysicalType: Int, Sendable {
        case boolean, int32, int64, int96, float, double, byteArray, fixedByteArray
    }

    struct Node: Sendable {
        indirect enum Content: Sendable {
            case leaf(Leaf)
            case group([Node])
            /// What stands in every element; the level from which there is one, and the level at which the next begins.
            case list(Node, definition: Int, repetition: Int)
            case map(key: Node, value: Node?, definition: Int, repetition: Int)
        }

        let name: String
        let content: Content
        /// The level below which it is null; nil for what cannot be null.
        let nullBelow: Int?
        /// The leaves below it, by number: at least one.
        let leaves: Range<Int>
    }

    private(set) var columns: [Column] = []
    private(set) var leaves: [Leaf] = []

    private let elements: [ParquetMetadata.SchemaElement]
    private var place = 1

    private static let mostDepth = 64

    init(_ elements: [ParquetMetadata.SchemaElement]) throws(FileFormatError) {
        self.elements = elements
        guard let root = elements.first, root.childCount >= 0 else { throw .corruptParquet("expected a schema") }
        for _ in 0..<root.childCount {
            try addColumns(try node(Levels(), []), prefix: "")
        }
        guard place == elements.count else { throw .corruptParquet("the schema has more names than its tree") }
        guard !columns.isEmpty else { throw .corruptParquet("expected a column, found none") }
    }

    private mutating func addColumns(_ node: Node, prefix: String) throws(FileFormatError) {
        if case .group(let members) = node.content {
            for member in members { try addColumns(member, prefix: prefix + node.name + ".") }
        } else {
            columns.append(Column(name: prefix + node.name, node: node))
        }
    }

    private struct Levels {
        var definition = 0
        var repetition = 0
    }

    /// The node of the next element, with all below it. A repeated one becomes a list of what it is.
    private mutating func node(_ outer: Levels, _ path: [String]) throws(FileFormatError) -> Node {
        guard place < elements.count, path.count < Self.mostDepth else {
            throw .corruptParquet("the schema is cut or nested too deeply")
        }
        let element = elements[place]
        place += 1
        guard (0...2).contains(element.repetition) else {
            throw .corruptParquet("expected required, optional or repeated in the schema")
        }
        var levels = outer
        if element.repetition > 0 { levels.definition += 1 }
        if element.repetition == 2 { levels.repetition += 1 }
        let start = leaves.count
        let content = try content(element, levels, path + [element.name])
        let inner = Node(
            name: element.name, content: content, nullBelow: element.repetition == 1 ? levels.definition : nil,
            leaves: start..<leaves.count)
        guard element.repetition == 2 else { return inner }
        return Node(
            name: element.name,
            content: .list(inner, definition: levels.definition, repetition: levels.repetition), nullBelow: nil,
            leaves: inner.leaves)
    }

    private mutating func content(
        _ element: ParquetMetadata.SchemaElement, _ levels: Levels, _ path: [String]
    ) throws(FileFormatError) -> Node.Content {
        if let type = element.type, element.childCount == 0 {
            guard let type = PhysicalType(rawValue: type) else { throw .corruptParquet("expected a type of Parquet") }
            let leaf = Leaf(
                number: leaves.count, path: path, type: type,
                byteCount: try Self.byteCount(type, element.typeLength),
                meaning: ParquetMeaning(element, type), mostDefinition: levels.definition,
                mostRepetition: levels.repetition)
            leaves.append(leaf)
            return .leaf(leaf)
        }
        guard element.childCount > 0 else { throw .corruptParquet("expected a group with members in the schema") }
        var members: [Node] = []
        for _ in 0..<element.childCount { members.append(try node(levels, path)) }
        if element.isMap, members.count == 1, let map = Self.map(members[0]) { return map }
        if element.isList, members.count == 1, let list = Self.list(members[0], of: element.name) { return list }
        return .group(members)
    }

    /// Bytes of a value in plain encoding; 0 where that differs.
    private static func byteCount(_ type: PhysicalType, _ length: Int) throws(FileFormatError) -> Int {
        switch type {
        case .boolean, .byteArray: return 0
        case .int32, .float: return 4
        case .int64, .double: return 8
        case .int96: return 12
        case .fixedByteArray:
            guard (1...(1 << 20)).contains(length) else { throw .corruptParquet("expected the length of a type") }
            return length
        }
    }

    private static func map(_ entries: Node) -> Node.Content? {
        guard case .list(let entry, let definition, let repetition) = entries.content,
            case .group(let members) = entry.content, members.count <= 2, case .leaf = members[0].content
        else { return nil }
        return .map(
            key: members[0], value: members.count == 2 ? members[1] : nil, definition: definition,
            repetition: repetition)
    }

    /// Of the repeated group within a list its only member is the element, unless an old writer named it otherwise
    /// (LogicalTypes.md, "Backward-compatibility rules").
    private static func list(_ elements: Node, of name: String) -> Node.Content? {
        guard case .list(let element, let definition, let repetition) = elements.content else { return nil }
        if case .group(let members) = element.content, members.count == 1, elements.name != "array",
            elements.name != name + "_tuple"
        {
            return .list(members[0], definition: definition, repetition: repetition)
        }
        return .list(element, definition: definition, repetition: repetition)
    }
}

extension ParquetMetadata.SchemaElement {
    fileprivate var isMap: Bool { logicalType?.member == 2 || convertedType == 1 || convertedType == 2 }
    fileprivate var isList: Bool { logicalType?.member == 3 || convertedType == 3 }
}
