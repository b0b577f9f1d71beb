import BillingTerms
import Foundation
import Invoicing
import Testing

@testable import Documents

/// Prints how many documents a second are written, on one and on two threads, when BILLWRIGHT_BENCH names a folder.
@Suite(.serialized) struct SpeedTests {
    static let folder = ProcessInfo.processInfo.environment["BILLWRIGHT_BENCH"]

    /// About thirty lines and thirty days of usage.
    static func documents(_ index: Int) -> [InvoiceDocument] {
        var document = Fixture().documents()[0]
        document.lines = (0..<4).flatMap { _ in document.lines } + document.lines.prefix(2)
        for number in document.lines.indices { document.lines[number].number = number + 1 }
        document.totals = Fixture().totals(document.lines, document.taxes, paid: document.totals.paidAmount)
        document.usage = document.usage.filter { $0.project == "atlas-web" }
        document.customer = CustomerID("customer-\(index)")
        return [document]
    }

    @Test(.enabled(if: folder != nil), arguments: [[DocumentWriter.Format.xlsx], [.html], [.csv]])
    func write(formats: [DocumentWriter.Format]) async throws {
        guard let folder = Self.folder else { return }
        let writer = try DocumentWriter(
            DocumentWriter.Options(formats: Set(formats), temporaryFolder: folder))
        let count = 500
        let documents = Self.documents(0)
        for threads in [1, 2] {
            let start = ContinuousClock.now
            let cpu = clock()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<threads {
                    group.addTask {
                        for index in 0..<count {
                            _ = try writer.write(documents, folderName: "c\(thread)-\(index % 20)", into: folder)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let work = Double(clock() - cpu) / Double(CLOCKS_PER_SEC) / Double(count * threads) * 1000
            let rate = Int(Double(count * threads) / seconds)
            print("\(formats[0].rawValue), \(threads) threads: \(rate) a second, \(work) ms of processor each")
        }
    }
}
