/// The values of one column of one row group, some of them unpacked at a time.
final class ParquetLeafReader {
    private let leaf: ParquetSchema.Leaf
    private let mostDefinition: UInt8
    private var pages: ParquetPages
    @exclusivity(unchecked) private var page: ParquetPage?
    @exclusivity(unchecked) private var leftInPage = 0
    @exclusivity(unchecked) private var references: ParquetRuns?
    @exclusivity(unchecked) private var values: (any ParquetValues)?
    @exclusivity(unchecked) private var dictionary: ParquetTexts?

    // The values that are unpacked: their levels, and where their texts are, -1 for nulls.
    @exclusivity(unchecked) private var repetitions: [UInt8] = []
    @exclusivity(unchecked) private var definitions: [UInt8] = []
    @exclusivity(unchecked) private var places: [Int32] = []
    private let texts = ParquetTexts()
    @exclusivity(unchecked) private var areReferences = false
    /// How many values came before these.
    @exclusivity(unchecked) private var before = 0
    @exclusivity(unchecked) private var index = 0

    private static let mostTogether = 1024
    private static let mostTextTogether = 1 << 20

    init(_ chunk: ParquetMetadata.Chunk, _ leaf: ParquetSchema.Leaf, of file: RawFile) throws(FileFormatError) {
        self.leaf = leaf
        mostDefinition = UInt8(leaf.mostDefinition)
        pages = try ParquetPages(chunk, leaf, of: file)
    }

    /// Where in the file the next page is.
    var position: Int { pages.position }

    // Columns of one value a row.

    /// The text of a row, empty for null; rows must be asked for in their order. It is valid until another row is.
    func text(ofRow row: Int) throws(FileFormatError) -> UnsafeRawBufferPointer {
        while row >= before + places.count {
            before += places.count
            dropUnpacked()
            if leftInPage > 0 {
                try unpack()
                continue
            }
            guard try nextPage(skipping: row - before) else { throw Self.tooFew }
        }
        return text(at: row - before)
    }

    // Columns of several values a row, one after the other.

    /// The levels of the value that is to be taken; nil behind the last one.
    func levels() throws(FileFormatError) -> (repetition: Int, definition: Int)? {
        while index >= places.count {
            before += places.count
            index = 0
            dropUnpacked()
            if leftInPage > 0 {
                try unpack()
            } else if try !nextPage(skipping: 0) {
                return nil
            }
        }
        return (Int(repetitions[index]), Int(definitions[index]))
    }

    /// After `levels()`: the value's text, nil for null. It is valid until `levels()` is asked for again.
    func take() -> UnsafeRawBufferPointer? {
        index += 1
        return places[index - 1] < 0 ? nil : text(at: index - 1)
    }

    static var tooFew: FileFormatError { .corruptParquet("it has fewer values than the row group has rows") }

    private func text(at place: Int) -> UnsafeRawBufferPointer {
        let number = Int(places[place])
        guard number >= 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        if areReferences, let dictionary { return dictionary.text(number) }
        return texts.text(number)
    }

    private func dropUnpacked() {
        repetitions.removeAll(keepingCapacity: true)
        definitions.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        texts.removeAll()
    }

    /// Opens the next page with values; those of the pages that are passed over count as having been there.
    private func nextPage(skipping: Int) throws(FileFormatError) -> Bool {
        switch try pages.next(skipping: skipping) {
        case .end: return false
        case .skipped(let count): before += count
        case .dictionary(let page):
            guard dictionary == nil, self.page == nil else {
                throw .corruptParquet("a dictionary stands behind values")
            }
            try readDictionary(page)
        case .data(let page):
            self.page = page
            leftInPage = page.valueCount
            references = nil
            values = nil
            areReferences = page.isDictionaryEncoded
            if areReferences, dictionary == nil { throw .corruptParquet("expected a dictionary before the values") }
        }
        return true
    }

    private func readDictionary(_ page: ParquetPage) throws(FileFormatError) {
        let texts = ParquetTexts()
        let values = try page.dictionary(leaf)
        for _ in 0..<page.valueCount { try append(values, to: texts) }
        try requireUTF8(texts, from: 0)
        dictionary = texts
    }

    private func unpack() throws(FileFormatError) {
        guard let page else { throw Self.tooFew }
        var count = 0
        while count < min(leftInPage, Self.mostTogether), texts.byteCount < Self.mostTextTogether {
            let levels = try page.nextLevels()
            repetitions.append(levels.repetition)
            definitions.append(levels.definition)
            places.append(levels.definition == mostDefinition ? try nextPlace(page) : -1)
            count += 1
        }
        leftInPage -= count
        try requireUTF8(texts, from: 0)
    }

    private func nextPlace(_ page: ParquetPage) throws(FileFormatError) -> Int32 {
        guard areReferences else {
            // A page of nulls only may have no bytes for values at all.
            if values == nil { values = try page.plainValues(leaf) }
            if let values { try append(values, to: texts) }
            return Int32(texts.count - 1)
        }
        if references == nil { references = try page.references() }
        let number = try references?.next() ?? 0
        guard let dictionary, number < dictionary.count else {
            throw .corruptParquet("a value is said to be number \(number) of a shorter dictionary")
        }
        return Int32(number)
    }

    private func append(_ values: any ParquetValues, to texts: ParquetTexts) throws(FileFormatError) {
        try values.appendNext(to: texts.arena)
        texts.endText()
    }

    private func requireUTF8(_ texts: ParquetTexts, from first: Int) throws(FileFormatError) {
        guard leaf.meaning == .text, !texts.areUTF8(from: first) else { return }
        throw FileFormatError(.notUTF8, "expected UTF-8 text, found other bytes")
    }
}
