/// A path of the inbox as its folders and its name.
struct FilePath: Hashable {
    var folders: [Substring]
    var name: Substring

    init(_ path: String) {
        var parts = path.split(separator: "/").filter { $0 != "." }
        name = parts.popLast() ?? ""
        folders = parts
    }

    /// Whether this is in the folder or somewhere below it.
    func isBelow(_ other: [Substring]) -> Bool { folders.starts(with: other) }

    /// The name without what tells the parts of one delivery apart, and the rest of the name: `bill-00002.csv.gz` is of
    /// the series `bill` + `.csv.gz`. AWS numbers parts with five digits, Azure names them `part_1_0001`, BigQuery puts
    /// twelve digits, of which the first are zeros, where the name that it was given has a `*`, and Spark writes
    /// `part-00000-<id of the job>`. Nil for other names: `bill-2025-03.csv` and `bill-20250308.csv` are bills of their
    /// own.
    var partSeries: (stem: Substring, ending: Substring)? {
        let dot = name.firstIndex(of: ".") ?? name.endIndex
        let (base, ending) = (name[..<dot], name[dot...])
        if let match = base.wholeMatch(of: #/(.*)-[0-9]{5}/#) { return (match.1, ending) }
        if base.wholeMatch(of: #/part_[0-9]+_[0-9]{4}/#) != nil { return ("part", ending) }
        if let match = base.wholeMatch(of: #/(.*)0{6}[0-9]{6}(.*)/#) { return (match.1, match.2 + ending) }
        if let match = base.wholeMatch(of: #/part-[0-9]{5}(-.+)/#) { return ("part", match.1 + ending) }
        return nil
    }
}
