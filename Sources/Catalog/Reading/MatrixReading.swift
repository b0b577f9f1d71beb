import BillingTerms

extension PriceModelReading {
    /// `dimensions`, `cells` with `when` and a price each, and a `default`.
    func matrix(_ mapping: ConfigurationMapping) -> MatrixPrice? {
        let dimensions = mapping.texts("dimensions")
        if dimensions.isEmpty { mapping.missing("dimensions", "the dimensions of the meter that decide the price") }
        if Set(dimensions).count < dimensions.count {
            mapping.context.report(
                .duplicateID, "a dimension stands twice", at: mapping.valuePlace("dimensions"))
        }
        let entries = mapping.mappings("cells", what: "a cell")
        if entries.isEmpty { mapping.missing("cells", "a list of \"when\" (dimension: value) and a price") }
        let read = entries.map { (entry: $0, cell: cell($0, dimensions)) }
        let fallback = mapping.mapping("default").flatMap { nestedModel($0) }
        let cells = read.compactMap(\.cell)
        guard !dimensions.isEmpty, !cells.isEmpty, cells.count == entries.count else { return nil }
        let matrix = MatrixPrice(dimensions: dimensions, cells: cells, fallback: fallback)
        reportHiddenCells(read.map { ($0.entry, $0.cell) })
        if mapping.node("default") == nil { reportGap(matrix, mapping) }
        return matrix
    }

    private func cell(_ entry: ConfigurationMapping, _ dimensions: [String]) -> MatrixPrice.Cell? {
        var values: [[String]]?
        if let when = entry.looseMapping("when") {
            values = dimensions.map { dimension in
                let listed = when.texts(dimension)
                return listed.contains("*") ? [] : listed
            }
            for (name, place) in entry.placedKeys("when") where !dimensions.contains(name) {
                let near = nearestName(to: name, among: dimensions)
                entry.context.report(
                    .unknownReference, "\"\(name)\" is not a dimension of this matrix", at: place,
                    notes: [
                        near.map { "nearest: \"\($0)\"" } ?? "its dimensions: \(dimensions.joined(separator: ", "))"
                    ])
                values = nil
            }
        } else if entry.node("when") == nil {
            entry.missing("when", "the values that it prices, such as {region: eu}; \"*\" for any")
        }
        let model = nestedModel(entry)
        guard let values, let model else { return nil }
        return MatrixPrice.Cell(values: values, model: model)
    }

    /// The first cell that matches counts, so that one behind another that matches all of it would never be used.
    private func reportHiddenCells(_ cells: [(entry: ConfigurationMapping, cell: MatrixPrice.Cell?)]) {
        for (place, later) in cells.enumerated() {
            guard let cell = later.cell,
                let earlier = cells[..<place].first(where: { $0.cell?.covers(cell) ?? false })
            else { continue }
            let line = earlier.entry.place.line.map { "\(earlier.entry.place.file):\($0)" } ?? earlier.entry.place.file
            later.entry.context.report(
                .duplicateID,
                earlier.cell?.values == cell.values
                    ? "two cells price the same values" : "this cell is never used: an earlier one prices all of it",
                at: later.entry.place, notes: ["the earlier one is at \(line); the first that matches counts"])
        }
    }

    /// Combinations of values that the cells themselves name, and none of them prices.
    private func reportGap(_ matrix: MatrixPrice, _ mapping: ConfigurationMapping) {
        var combinations: [[String]] = [[]]
        for place in matrix.dimensions.indices {
            var named: [String] = []
            for value in matrix.cells.flatMap({ $0.values[place] }) where !named.contains(value) { named.append(value) }
            // Where all cells take any value, one stands for all.
            combinations = combinations.flatMap { start in (named.isEmpty ? [""] : named).map { start + [$0] } }
            guard combinations.count <= 10_000 else { return }
        }
        let open = combinations.filter { matrix.cell(for: $0) == nil }
        guard !open.isEmpty else { return }
        let shown = open.prefix(3).map { values in
            zip(matrix.dimensions, values).map { "\($0): \($1)" }.joined(separator: ", ")
        }
        mapping.context.report(
            .invalidValue, "no cell prices \(shown.joined(separator: "; "))\(open.count > 3 ? "; …" : "")",
            at: mapping.keyPlace("cells"),
            notes: [
                "\(open.count) of \(combinations.count) combinations of the values named here are missing",
                "add cells, or a \"default\" with the price of everything else",
            ])
    }
}
