import BillingTerms
import Foundation
import Testing

@testable import Documents

/// Writes the fixtures to the folder named by BILLWRIGHT_SHOWCASE, to be looked at.
@Suite struct ShowcaseTests {
    static let folder = ProcessInfo.processInfo.environment["BILLWRIGHT_SHOWCASE"]

    @Test(.enabled(if: folder != nil)) func write() throws {
        guard let folder = Self.folder else { return }
        let writer = try DocumentWriter()
        let variants = [
            ("atlas", Fixture()), ("atlas-de", Fixture(locale: "de_DE", status: .issued)),
            ("atlas-ja", Fixture(currency: Currency(code: "JPY")!, locale: "ja")),
            ("atlas-kwd", Fixture(currency: Currency(code: "KWD")!, locale: "fr_FR", status: .issued)),
            ("atlas-ko", Fixture(currency: Currency(code: "KRW")!, locale: "ko")),
            ("atlas-evil", Fixture(evil: "=HYPERLINK(\"x\") <b>&\u{1}")),
        ]
        var outputs: [CustomerOutput] = []
        for (name, fixture) in variants {
            outputs.append(try writer.write(fixture.documents(), folderName: name, into: folder))
        }
        _ = try writer.writeRun(ReportFixture.report(Fixture()), customers: [outputs[0]], into: folder)
    }
}
