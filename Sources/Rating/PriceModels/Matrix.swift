import BillingTerms
import Catalog
import Metering

extension MatrixPrice {
    /// A cell, or the default, with the usage that it prices; nothing where neither matches, which `checks` has told of.
    struct Priced {
        /// The cell's place; behind all for the default.
        var place: Int
        var name: String
        var model: PriceModel
        var usage: [Usage]
    }

    /// Usage by the cell that prices it, in the cells' order.
    func priced(_ usage: [Usage], meter: Meter) -> [Priced] {
        var byPlace: [Int: [Usage]] = [:]
        for entry in usage {
            guard let place = place(of: entry, meter: meter) else { continue }
            byPlace[place, default: []].append(entry)
        }
        return byPlace.sorted { $0.key < $1.key }.compactMap { place, usage in
            guard place < cells.count else {
                return fallback.map { Priced(place: place, name: "other", model: $0, usage: usage) }
            }
            return Priced(place: place, name: name(of: cells[place]), model: cells[place].model, usage: usage)
        }
    }

    /// The cell's place, or the number of cells for the default.
    func place(of usage: Usage, meter: Meter) -> Int? {
        place(of: usage.dimensionValues, dimensions: meter.dimensions)
    }

    func values(of usage: Usage, meter: Meter) -> [String] {
        chosen(usage.dimensionValues, meter.dimensions)
    }

    /// "eu, gold": the values that the cell asks for, or "any" where it takes all.
    private func name(of cell: Cell) -> String {
        let wanted = cell.values.filter { !$0.isEmpty }.map { $0.joined(separator: "|") }
        return wanted.isEmpty ? "any" : wanted.joined(separator: ", ")
    }
}
