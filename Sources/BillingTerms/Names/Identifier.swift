/// The name by which the workspace knows one of its things. Two identifiers are the same when their bytes are: files
/// and databases tell composed and decomposed letters apart, and so must we.
package struct Identifier<Subject>: Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}

extension Identifier: Hashable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }

    package static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }
    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
    package func hash(into hasher: inout Hasher) {
        text.hashBytes(into: &hasher)
    }
    package var description: String { text }
}

/// Identifiers are compared and looked up for every row and line. What is generic is compiled for no subject in other
/// modules, so that the work is done here.
extension String {
    fileprivate func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count
            && withBytes { own in other.withBytes { own.elementsEqual($0) } }
    }

    fileprivate func hashBytes(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }

    /// The bytes where they lie.
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(utf8).withUnsafeBufferPointer(body)
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
