extension Money {
    /// Splits this amount over `weights` so that the parts add up to it exactly (the largest-remainder, or Hamilton,
    /// method): each part is first cut down to whole minor units, then the units that are left go one by one to the
    /// largest remainders, ties to the earlier place.
    ///
    /// Weights below zero count as zero. When all are zero the whole amount goes to the first place. An empty list of
    /// weights is a programming error.
    package func allocated(over weights: [ExactDecimal]) -> [Money] {
        precondition(!weights.isEmpty, "an amount cannot be split over nothing")
        let scale = weights.map(\.scale).max() ?? 0
        let shares = weights.map { $0.isNegative ? 0 : $0.wideCoefficient(atScale: scale) }
        let whole = shares.reduce(0, +)
        guard whole > 0 else {
            return weights.indices.map { $0 == 0 ? self : .zero(currency) }
        }
        let total = ExactDecimal(coefficient: Int128(minorUnits.magnitude), scale: 0).wideCoefficient
        var parts: [Int128] = []
        var remainders: [(place: Int, remainder: ExactDecimal)] = []
        for (place, share) in shares.enumerated() {
            let (quotient, remainder) = (total * share).quotientAndRemainder(dividingBy: whole)
            parts.append(Int128(quotient))
            remainders.append((place, ExactDecimal(wide: remainder, scale: 0)))
        }
        let left = Int(Int128(minorUnits.magnitude) - parts.reduce(0, +))
        remainders.sort { $0.remainder != $1.remainder ? $0.remainder > $1.remainder : $0.place < $1.place }
        for entry in remainders.prefix(left) { parts[entry.place] += 1 }
        return parts.map { Money(minorUnits: minorUnits < 0 ? -$0 : $0, currency: currency) }
    }
}

extension Money {
    /// Splits this amount so that each part lies next to its exact share: each share is cut down to whole minor units
    /// (towards minus infinity), and the units that are left go to the largest fractions, ties to the earlier place. The
    /// shares must add up to this amount before it was rounded, so that at most one unit a part is left; negative shares
    /// are as good as positive ones.
    package func allocated(nextTo shares: [ExactDecimal]) -> [Money] {
        let floors = shares.map { $0.rounded(to: currency.minorDigits, .floor) }
        var parts = floors.map { $0.coefficient(atScale: currency.minorDigits) ?? 0 }
        let left = Int(minorUnits - parts.reduce(0, +))
        let fractions = zip(shares, floors).map { $0 - $1 }
        let order = parts.indices.sorted {
            fractions[$0] != fractions[$1] ? fractions[$0] > fractions[$1] : $0 < $1
        }
        for place in order.prefix(max(0, left)) { parts[place] += 1 }
        return parts.map { Money(minorUnits: $0, currency: currency) }
    }
}
