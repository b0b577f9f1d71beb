import BigInt

extension Money {
    /// Splits this amount over `weights` so that the parts add up to it exactly (the largest-remainder, or Hamilton,
    /// method): each part is first cut down to whole minor units, then the units that are left go one by one to the
    /// largest remainders, ties to the earlier place.
    ///
    /// Weights below zero count as zero. When all are zero the whole amount goes to the first place. An empty list of
    /// weights is a programming error.
    package func allocated(over weights: [ExactDecimal]) -> [Money] {
        precondition(!weights.isEmpty, "an amount cannot be split over nothing")
        let parts = compactParts(weights) ?? wideParts(weights)
        return parts.map { Money(minorUnits: minorUnits < 0 ? -$0 : $0, currency: currency) }
    }

    /// Nearly all amounts and weights; nil where a product would not fit 128 bits.
    private func compactParts(_ weights: [ExactDecimal]) -> [Int128]? {
        let scale = weights.map(\.scale).max() ?? 0
        var shares: [Int128] = []
        shares.reserveCapacity(weights.count)
        var whole: Int128 = 0
        for weight in weights {
            guard let share = weight.coefficient(atScale: scale) else { return nil }
            shares.append(max(share, 0))
            let (sum, overflow) = whole.addingReportingOverflow(max(share, 0))
            guard !overflow else { return nil }
            whole = sum
        }
        let total = Int128(minorUnits.magnitude)
        // No share exceeds the whole, so no product exceeds this one.
        guard !total.multipliedReportingOverflow(by: whole).overflow else { return nil }
        return largestRemainder(total, over: shares, whole: whole)
    }

    private func wideParts(_ weights: [ExactDecimal]) -> [Int128] {
        let scale = weights.map(\.scale).max() ?? 0
        let shares = weights.map { $0.isNegative ? 0 : $0.wideCoefficient(atScale: scale) }
        let total = BigInt(minorUnits.magnitude)
        return largestRemainder(total, over: shares, whole: shares.reduce(0, +)).map { Int128($0) }
    }
}

/// `total` in parts like `shares`, whose sum is `whole`; none of them is negative.
private func largestRemainder<Integer: BinaryInteger>(
    _ total: Integer, over shares: [Integer], whole: Integer
) -> [Integer] {
    guard whole > 0 else { return shares.indices.map { $0 == 0 ? total : 0 } }
    var parts: [Integer] = []
    var remainders: [Integer] = []
    var left = total
    for share in shares {
        let (quotient, remainder) = (total * share).quotientAndRemainder(dividingBy: whole)
        parts.append(quotient)
        remainders.append(remainder)
        left -= quotient
    }
    guard left > 0 else { return parts }
    let order = remainders.indices.sorted {
        remainders[$0] != remainders[$1] ? remainders[$0] > remainders[$1] : $0 < $1
    }
    for place in order.prefix(Int(left)) { parts[place] += 1 }
    return parts
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

extension ExactDecimal {
    /// Splits this number over `weights` by largest remainder, as amounts are split, in steps of its last digit or of
    /// `digits` after the point where those are more. Weights below zero count as zero; they must not be empty.
    package func allocated(over weights: [ExactDecimal], digits: Int) -> [ExactDecimal] {
        precondition(!weights.isEmpty, "a number cannot be split over nothing")
        let steps = max(digits, scale)
        let weightScale = weights.map(\.scale).max() ?? 0
        let shares = weights.map { $0.isNegative ? 0 : $0.wideCoefficient(atScale: weightScale) }
        let total = wideCoefficient(atScale: steps)
        let parts = largestRemainder(BigInt(total.magnitude), over: shares, whole: shares.reduce(0, +))
        return parts.map { ExactDecimal(wide: total.signum() < 0 ? -$0 : $0, scale: steps).normalized }
    }
}
