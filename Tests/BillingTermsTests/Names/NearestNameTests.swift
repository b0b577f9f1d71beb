import Testing

@testable import BillingTerms

@Suite struct NearestNameTests {
    private let known = ["api-calls", "storage", "seats", "EUR", "USD", "unit_price", "up_to"]

    @Test func lettersAddedDroppedChangedOrSwapped() {
        let cases = [
            ("api-call", "api-calls"), ("api-callss", "api-calls"), ("apl-calls", "api-calls"),
            ("api-clals", "api-calls"), ("API-CALLS", "api-calls"), ("storge", "storage"), ("unit-price", "unit_price"),
            ("eur", "EUR"), ("upto", "up_to"),
        ]
        for (text, name) in cases { #expect(nearestName(to: text, among: known) == name, "\(text)") }
    }

    @Test func nothingNear() {
        for text in ["completely-different", "xyzzyxyzzy", String(repeating: "a", count: 500)] {
            #expect(nearestName(to: text, among: known) == nil)
        }
        #expect(nearestName(to: "api", among: [String]()) == nil)
    }

    @Test func equallyNearNamesInOrder() {
        #expect(nearestName(to: "seat", among: ["seats", "seal"]) == "seal")
        #expect(nearestName(to: "seat", among: ["seal", "seats"]) == "seal")
    }

    @Test func identifiersAreTheirBytes() {
        #expect(CustomerID("caf\u{E9}") != CustomerID("cafe\u{301}"))
        #expect(CustomerID("a") < CustomerID("b") && CustomerID("Z") < CustomerID("a"))
        #expect(Set([CustomerID("caf\u{E9}"), CustomerID("cafe\u{301}")]).count == 2)
    }
}
