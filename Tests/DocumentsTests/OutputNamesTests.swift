import Testing

@testable import Documents

@Suite struct OutputNamesTests {
    @Test func ordinaryIdsStayAsTheyAre() {
        let names = OutputNames(["atlas", "Atlas-Web", "acme.example", "東京", "müller"])
        for id in ["atlas", "Atlas-Web", "acme.example", "東京", "müller"] { #expect(names.name(for: id) == id) }
    }

    @Test(arguments: [
        ("../../etc/passwd", "etc-passwd"), ("a/b\\c", "a-b-c"), (".hidden", "hidden"), ("-rf", "rf"),
        ("dots..", "dots"),
        ("", "unnamed"), ("...", "unnamed"), ("con", "_con"), ("NUL.txt", "_NUL.txt"), ("lpt1", "_lpt1"),
        ("a:b*c?d\"e<f>g|h", "a-b-c-d-e-f-g-h"), ("tab\there", "tab-here"), ("null\u{0}byte", "null-byte"),
        ("right\u{202E}left", "right-left"), ("trailing ", "trailing-"), ("smile😀", "smile-"),
        ("e\u{301}cole", "école"),
    ])
    func unsafeIds(id: String, name: String) {
        #expect(OutputNames.safe(id) == name)
    }

    @Test func lengthIsCountedInBytes() {
        for id in [String(repeating: "a", count: 500), String(repeating: "京", count: 200)] {
            let names = OutputNames([id, id + "x"])
            #expect(names.name(for: id).utf8.count <= 100)
            #expect(names.name(for: id) != names.name(for: id + "x"))
        }
    }

    @Test(arguments: [
        ["acme", "ACME"], ["a/b", "a-b", "a:b"], ["caf\u{E9}", "cafe\u{301}"], ["straße", "STRASSE"], ["ﬁ", "fi"],
        [".x", "x"], ["", "unnamed"],
    ])
    func clashingIdsAreToldApart(ids: [String]) {
        let names = OutputNames(ids)
        let folded = Set(ids.map { names.name(for: $0).lowercased() })
        #expect(folded.count == ids.count)
        let reversed = OutputNames(ids.reversed())
        for id in ids { #expect(names.name(for: id) == reversed.name(for: id)) }
    }

    @Test func reservedNamesAreLeftFree() {
        let names = OutputNames.folders(for: ["index.html", "RUN.JSON", "atlas"])
        #expect(names.name(for: "index.html").hasPrefix("index.html-"))
        #expect(names.name(for: "RUN.JSON").hasPrefix("RUN.JSON-"))
        #expect(names.name(for: "atlas") == "atlas")
    }

    /// A project may be called like its customer.
    @Test func projectNamedLikeItsCustomer() throws {
        let scratch = try Scratch()
        var documents = Fixture().documents()
        documents[1].project?.id = "atlas"
        documents[2].project?.id = nil
        let writer = try DocumentWriter(DocumentWriter.Options(formats: [.csv]))
        let paths = try writer.write(documents, folderName: "atlas", into: scratch.path).files.map(\.path)
        #expect(paths.count == 3)
        #expect(paths[0] == "atlas/atlas.csv")
        #expect(paths[1].hasPrefix("atlas/atlas-"))
        #expect(paths[2] == "atlas/shared.csv")
    }

    @Test func linksAreEncoded() {
        #expect(PageText.link("müller/a b&c.html") == "m%C3%BCller/a%20b%26c.html")
    }
}
