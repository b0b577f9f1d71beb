/// Texts in columns that are as wide as they must be; columns without any text are left out.
func columns(_ rows: [[String]], header: [String]?, rightAligned: Set<Int>) -> [String] {
    let all = (header.map { [$0] } ?? []) + rows
    let count = all.map(\.count).max() ?? 0
    let widths = (0..<count).map { place in all.map { place < $0.count ? $0[place].count : 0 }.max() ?? 0 }
    let used = (0..<count).filter { place in rows.contains { place < $0.count && !$0[place].isEmpty } }
    return all.map { row in
        let cells = used.map { place -> String in
            let text = place < row.count ? row[place] : ""
            let padding = String(repeating: " ", count: widths[place] - text.count)
            return rightAligned.contains(place) ? padding + text : text + padding
        }
        var line = cells.joined(separator: "  ")
        while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
        return line
    }
}
