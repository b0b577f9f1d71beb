import BillingTerms
import Foundation
import Testing

@testable import Documents

/// Expected texts are those of CLDR (Babel 2.18).
@Suite struct LocaleTests {
    private func money(_ amount: String, _ code: String) -> Money {
        Money(rounding: Fixture.decimal(amount), to: Currency(code: code)!)!
    }

    @Test(arguments: [
        ("de_DE", "-1.234.567,50\u{A0}€"), ("fr_FR", "-1\u{202F}234\u{202F}567,50\u{A0}€"), ("en_US", "-€1,234,567.50"),
        ("ja", "-€1,234,567.50"), ("ko", "-€1,234,567.50"), ("de_CH", "-1’234’567,50\u{A0}€"),
    ])
    func amounts(locale: String, text: String) {
        #expect(LocaleStyle(locale: locale).money(money("-1234567.5", "EUR")) == text)
    }

    @Test func minorDigits() {
        let style = LocaleStyle(locale: "en")
        #expect(style.money(money("1234.5", "JPY")) == "¥1,235")
        #expect(style.money(money("1234.5", "KWD")) == "KWD\u{A0}1,234.500")
        #expect(style.money(money("0", "USD")) == "$0.00")
        #expect(
            style.unitPrice(Fixture.decimal("0.0000001234567890123456789"), Currency(code: "USD")!)
                == "0.0000001234567890123456789")
        #expect(style.unitPrice(12, Currency(code: "USD")!) == "12.00")
        #expect(style.quantity(Fixture.decimal("1000.500")) == "1,000.5")
    }

    @Test(arguments: [
        ("de", "01.11.2026"), ("fr", "01/11/2026"), ("ja", "2026/11/01"), ("ko", "2026. 11. 1."), ("en", "Nov 1, 2026"),
        ("en-GB", "1 Nov 2026"), ("xx", "2026-11-01"),
    ])
    func days(locale: String, text: String) {
        #expect(LocaleStyle(locale: locale).day(Fixture.day("2026-11-01")) == text)
    }

    @Test func percentages() {
        #expect(LocaleStyle(locale: "de").percent(Fixture.decimal("0.19")) == "19\u{A0}%")
        #expect(LocaleStyle(locale: "en").percent(Fixture.decimal("0.0750")) == "7.5%")
    }

    @Test func everyLanguageHasEveryLabel() throws {
        let book = try TemplateFolder(nil).labels
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../templates/labels")
        let english = try Labels.words(
            inFile: String(contentsOf: folder.appendingPathComponent("en.yaml"), encoding: .utf8), path: "en.yaml")
        for language in ["de", "fr", "ja", "ko"] {
            let path = folder.appendingPathComponent(language + ".yaml")
            let words = try Labels.words(inFile: String(contentsOf: path, encoding: .utf8), path: language)
            #expect(Set(words.keys) == Set(english.keys), "\(language)")
            #expect(book.labels(for: language + "_XX")["invoice"] == words["invoice"])
        }
        #expect(book.labels(for: "nl")["invoice"] == "Invoice")
    }

    @Test func usersTemplatesComeFirst() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path + "/labels", withIntermediateDirectories: true)
        try Data(
            "<p>{{kind}} {{amountDue}} {{seller.name}}</p>{{#lines}}{{number}}{{#working}}={{.}}{{/working}} {{/lines}}</html>"
                .utf8
        )
        .write(to: URL(fileURLWithPath: scratch.path + "/invoice.mustache"))
        try Data("invoice: Factuur\n".utf8).write(to: URL(fileURLWithPath: scratch.path + "/labels/nl.yaml"))
        let options = DocumentWriter.Options(formats: [.html], templateFolder: scratch.path)
        var document = Fixture(locale: "nl").documents()[0]
        document.seller.name = "A & B"
        _ = try DocumentWriter(options).write([document], folderName: "x", into: scratch.path)
        #expect(
            try scratch.text("x/x.html").hasPrefix(
                "<p>Factuur €2,183.44 A &amp; B</p>1=first tier: 10000 × 0.0004 = 4.00=Autumn offer: -0.40 2="))
    }

    @Test func brokenTemplatesAreNamed() throws {
        let scratch = try Scratch()
        try Data("{{#open}}".utf8).write(to: URL(fileURLWithPath: scratch.path + "/index.mustache"))
        do {
            _ = try DocumentWriter(DocumentWriter.Options(templateFolder: scratch.path))
            Issue.record("an error was expected")
        } catch {
            let folder = (scratch.path as NSString).lastPathComponent
            #expect(
                error.list.first?.place
                    == Place(file: folder + "/index.mustache", line: 1, column: 10, excerpt: "{{#open}}", width: 1))
            #expect(
                error.list.first?.message
                    == "this is no Mustache template: a section {{#…}} or {{^…}} is never closed")
        }
    }
}
