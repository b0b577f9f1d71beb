import BillingTerms
import Foundation
import Testing

@testable import Ledger

@Suite struct DraftSpoolTests {
    /// As many drafts as bytes of room: the first stays in memory, the others wait in the file.
    @Test func `drafts that wait in a file are booked as those in memory are`() throws {
        let place = try Workplace()
        let documents = (0..<20).map { document("2026-10", CustomerID("c\($0)"), due: eur($0)) }
        func book(_ spool: DraftSpool?, _ name: String) throws -> String {
            let ledger = try Ledger.open(path: place.path + "/" + name)
            let billings = try documents.map {
                CustomerBilling(customer: $0.customer, drafts: [try Draft($0, spool: spool)])
            }
            _ = try ledger.commitRun(RunCommit(facts: facts("2026-10"), billings: billings))
            return try ledger.dump()
        }
        let room = try CanonicalJSON.text(of: documents[0]).utf8.count
        let spool = DraftSpool(folder: place.path, memoryLimit: room)
        #expect(try book(spool, "a.sqlite") == book(nil, "b.sqlite"))
        #expect(try place.names == ["a.sqlite", "b.sqlite"], "the file has no name")
    }

    @Test func `texts kept by several threads come back as they were`() async throws {
        let place = try Workplace()
        let spool = DraftSpool(folder: place.path, memoryLimit: 1_000)
        let kept = try await withThrowingTaskGroup(of: (String, DraftText).self) { group in
            for number in 0..<200 {
                group.addTask {
                    let text = String(repeating: "\(number) € ", count: number)
                    return (text, try spool.keep(text))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (text, waiting) in kept { #expect(try waiting.read() == text) }
    }

    @Test func `a spool that cannot be written is a finding`() throws {
        let spool = DraftSpool(folder: "/nowhere", memoryLimit: 0)
        let error = #expect(throws: Findings.self) { try spool.keep("text") }
        #expect(
            error?.list.first?.message
                == "the file of waiting drafts cannot be made: no such file or directory")
    }
}
