import Testing

@testable import BillingTerms

@Suite struct FindingTests {
    @Test func theFormThatCompilersMadeFamiliar() {
        let finding = Finding(
            .unknownMeter, "no meter is named \"api-call\"",
            at: Place(
                file: "samples/march.csv", line: 41, column: 18, excerpt: "atlas,2026-03-04,api-call,12", width: 8),
            notes: ["nearest: \"api-calls\" (catalog/meters.yaml:12)", "row set aside; 12 units not billed"])
        #expect(
            finding.rendered == """
                samples/march.csv:41:18: error[unknown-meter]: no meter is named "api-call"
                  41 | atlas,2026-03-04,api-call,12
                     |                  ^^^^^^^^
                  = nearest: "api-calls" (catalog/meters.yaml:12)
                  = row set aside; 12 units not billed
                """)
    }

    @Test func placesKnownInPart() {
        func head(_ place: Place?) -> String { Finding(.warning, .badNumber, "bad", at: place).rendered }
        #expect(head(nil) == "warning[bad-number]: bad")
        #expect(head(Place(file: "a.csv")) == "a.csv: warning[bad-number]: bad")
        #expect(head(Place(file: "a.csv", line: 3)) == "a.csv:3: warning[bad-number]: bad")
        #expect(head(Place(file: "a.json", line: 3, byte: 17)) == "a.json:3 (byte 17): warning[bad-number]: bad")
        #expect(
            head(Place(file: "a.csv", line: 3, excerpt: "x,y")) == "a.csv:3: warning[bad-number]: bad\n  3 | x,y")
    }

    @Test func longLinesAreCutAroundThePlace() {
        let long = String(repeating: "a", count: 200) + "X" + String(repeating: "b", count: 200)
        let lines = Finding(.badNumber, "bad", at: Place(file: "f", line: 1, column: 201, excerpt: long)).rendered
            .split(separator: "\n")
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        let mark = lines[1].firstIndex(of: "X").map { lines[1].distance(from: lines[1].startIndex, to: $0) }
        #expect(caret == mark && caret != nil)
        #expect(lines[1].count <= 130)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let place = Place(file: "f", line: 1, column: 1, excerpt: "a\u{1B}[31m\tb\u{7}")
        #expect(Finding(.badNumber, "bad", at: place).rendered.contains("a\u{FFFD}[31m b\u{FFFD}"))
        let text = Finding(.badNumber, "bad", at: place).rendered
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func inFileOrder() {
        func finding(_ file: String?, _ line: Int? = nil, _ column: Int? = nil) -> Finding {
            Finding(.badNumber, "bad", at: file.map { Place(file: $0, line: line, column: column) })
        }
        let sorted = [
            finding("a"), finding("a", 2, 1), finding("a", 2, 9), finding("a", 10), finding("b", 1), finding(nil),
        ]
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test func codesAreKebabCaseAndExplained() {
        for code in FindingCode.allCases {
            #expect(code.rawValue.allSatisfy { $0 == "-" || ($0.isLowercase && $0.isASCII) })
            #expect(!code.explanation.isEmpty)
        }
        #expect(Set(FindingCode.allCases.map(\.explanation)).count == FindingCode.allCases.count)
    }
}
