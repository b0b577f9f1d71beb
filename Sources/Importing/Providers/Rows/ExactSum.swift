import BillingTerms

/// An exact sum of many decimals: in fixed point of 128 bits as long as everything fits, which is nearly always, and
/// beyond that in `ExactDecimal`, which grows. The order of the summands changes nothing, not even the digits shown.
package struct ExactSum: Sendable {
    /// Digits after the point that the fixed part has: real bills of Azure reach 22; 14 digits are left before it.
    private static let scale = 24

    private var fixed: Int128 = 0
    private var rest: ExactDecimal?

    package init() {}

    package static func += (sum: inout ExactSum, value: ExactDecimal) {
        if let scaled = value.coefficient(atScale: scale) {
            let (result, overflow) = sum.fixed.addingReportingOverflow(scaled)
            if !overflow {
                sum.fixed = result
                return
            }
        }
        sum.rest = (sum.rest ?? .zero) + value
    }

    package static func += (sum: inout ExactSum, other: ExactSum) {
        let (result, overflow) = sum.fixed.addingReportingOverflow(other.fixed)
        if overflow {
            sum.rest = (sum.rest ?? .zero) + ExactDecimal(coefficient: other.fixed, scale: scale)
        } else {
            sum.fixed = result
        }
        if let rest = other.rest { sum.rest = (sum.rest ?? .zero) + rest }
    }

    /// Without zeros at the end of the fraction.
    package var value: ExactDecimal {
        (ExactDecimal(coefficient: fixed, scale: ExactSum.scale) + (rest ?? .zero)).normalized
    }
}
