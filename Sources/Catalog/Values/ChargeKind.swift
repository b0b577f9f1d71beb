/// What a line of an invoice charges for, and what promotions and credits may be restricted to (`charges`).
package enum ChargeKind: String, Sendable, Codable, CaseIterable {
    case usage
    case cost
    case fee
    case addOn = "add-on"
    /// What is missing to the plan's minimum.
    case minimum
    /// A commitment's payment, or what is missing to it at its end.
    case commitment
    case serviceFee = "service-fee"
}
