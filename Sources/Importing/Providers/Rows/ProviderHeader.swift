import FileFormats

/// The names of a bill's columns, for formats that bind them in any order.
struct ProviderHeader {
    let names: [String]
    private var exact: [String: Int] = [:]
    private var folded: [String: Int] = [:]
    /// Names that stand there twice, letter for letter.
    private(set) var repeated: Set<String> = []

    init(_ names: [String]) {
        self.names = names
        for (index, name) in names.enumerated() {
            if exact[name] != nil { repeated.insert(name) } else { exact[name] = index }
            let lower = name.lowercased()
            if folded[lower] == nil { folded[lower] = index }
        }
    }

    /// The header of a text: its first record, or the second where a sentence stands before it, as in the cost-allocation
    /// variant of AWS's monthly CSV. Afterwards the reader stands before the first row.
    init(of reader: CSVReader) throws(FileFormatError) {
        let first = ProviderHeader(reader.header)
        var names = first.names
        if names.count < 4, ProviderFormat(first) == nil, try reader.next() {
            let second = (0..<reader.fieldCount).map { reader.string($0) }
            if ProviderFormat(header: second) != nil { names = second }
        }
        self.init(names)
    }

    /// The column of this name; one that differs only by case where there is none (the specification of FOCUS itself
    /// writes `SkuPriceid`, AWS both `SavingsPlanARN` and `SavingsPlanArn`).
    func column(_ name: String) -> BoundColumn {
        BoundColumn(index: exact[name] ?? folded[name.lowercased()], name: name)
    }

    func has(_ name: String) -> Bool { column(name).index != nil }
}

/// Why a file that is of a format by its header cannot be read all the same: it is refused whole.
struct HeaderRefusal: Error {
    /// What was expected and what was found, in lower case.
    var reason: String
}

extension ProviderHeader {
    /// Throws when a needed column is missing, or when one that carries money stands there twice.
    func require(_ needed: [String], format: String) throws(HeaderRefusal) {
        let missing = needed.filter { !has($0) }
        guard missing.isEmpty else {
            throw HeaderRefusal(
                reason: "expected a \(format) bill with the columns \(needed.joined(separator: ", ")); "
                    + "found none named \(missing.joined(separator: ", "))")
        }
        guard let twice = needed.first(where: { repeated.contains($0) }) else { return }
        throw HeaderRefusal(reason: "expected the column \(twice) once, found it twice")
    }
}
