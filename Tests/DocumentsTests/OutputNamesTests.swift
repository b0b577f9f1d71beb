import Testing

@testable import Documents

@Suite struct OutputNamesTests {
    @Test func ordinaryIdsStayAsTheyAre() {
        let names = OutputNames(["atlas", "atlas-web", "acme.example"])
        #expect(names.name(for: "atlas") == "atlas")
        #expect(names.name(for: "acme.example") == "acme.example")
    }
}
