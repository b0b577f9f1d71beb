/// The name by which the workspace knows one of its things. Two identifiers are the same when their bytes are: files
/// and databases tell composed and decomposed letters apart, and so must we.
package struct Identifier<Subject>: Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}

extension Identifier: Hashable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }

    package static func == (left: Self, right: Self) -> Bool {
        left.withBytes { left in right.withBytes { right in left.elementsEqual(right) } }
    }
    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
    package func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }
    package var description: String { text }

    /// The text's bytes where they lie: identifiers are compared and looked up for every row and line.
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(text.utf8).withUnsafeBufferPointer(body)
    }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What identifiers name; the cases only tell the types apart.
package enum Subject {
    package enum Customer {}
    package enum Project {}
    package enum Meter {}
    package enum ProductItem {}
    package enum PricingPlan {}
    package enum AddOn {}
    package enum Promotion {}
    package enum Commitment {}
    package enum CreditGrant {}
    package enum Reward {}
    package enum ServiceAccount {}
    package enum CreditUnit {}
}

package typealias CustomerID = Identifier<Subject.Customer>
package typealias ProjectID = Identifier<Subject.Project>
package typealias MeterID = Identifier<Subject.Meter>
package typealias ProductItemID = Identifier<Subject.ProductItem>
package typealias PricingPlanID = Identifier<Subject.PricingPlan>
package typealias AddOnID = Identifier<Subject.AddOn>
package typealias PromotionID = Identifier<Subject.Promotion>
package typealias CommitmentID = Identifier<Subject.Commitment>
package typealias CreditGrantID = Identifier<Subject.CreditGrant>
package typealias RewardID = Identifier<Subject.Reward>
package typealias ServiceAccountID = Identifier<Subject.ServiceAccount>
package typealias CreditUnitID = Identifier<Subject.CreditUnit>
