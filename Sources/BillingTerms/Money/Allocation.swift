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
    /// shares add up to this amount before it was rounded, so that at most one unit a part is left; should they exceed it,
    /// units are taken back from the smallest fractions. Negative shares are as good as positive ones.
    package func allocated(nextTo shares: [ExactDecimal]) -> [Money] {
        let floors = shares.map { $0.rounded(to: currency.minorDigits, .floor) }
        var parts = floors.map { $0.coefficient(atScale: currency.minorDigits) ?? 0 }
        var left = Int(minorUnits - parts.reduce(0, +))
        let fractions = zip(shares, floors).map { $0 - $1 }
        var order = parts.indices.sorted {
            fractions[$0] != fractions[$1] ? fractions[$0] > fractions[$1] : $0 < $1
        }
        let step: Int128 = left < 0 ? -1 : 1
        if left < 0 { order.reverse() }
        while left != 0, !order.isEmpty {
            for place in order.prefix(left.magnitude > order.count ? order.count : Int(left.magnitude)) {
                parts[place] += step
                left -= Int(step)
            }
        }
        return parts.map { Money(minorUnits: $0, currency: currency) }
    }

    /// Splits this amount over what some lines come to: each part is cut down to whole minor units, and those that are
    /// left go to the largest line, as far as it holds them, then to the next. Lines below zero take no part.
    package func allocated(toLargestOf lines: [Money]) -> [Money] {
        let weights = lines.map { max(.zero(currency), $0) }
        let whole = weights.sum(currency)
        guard !whole.isZero else { return allocated(over: lines.map(\.decimal)) }
        var parts = weights.map { weight in
            let share = (decimal * weight.decimal).divided(by: whole.decimal, to: currency.minorDigits, .down)
            return Money(minorUnits: share.coefficient(atScale: currency.minorDigits) ?? 0, currency: currency)
        }
        var left = self - parts.sum(currency)
        let order = weights.indices.sorted { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
        for place in order where left.minorUnits > 0 {
            let more = min(left, max(.zero(currency), weights[place] - parts[place]))
            parts[place] += more
            left -= more
        }
        // More than the lines come to: the largest one has the rest.
        if let largest = order.first { parts[largest] += left }
        return parts
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
