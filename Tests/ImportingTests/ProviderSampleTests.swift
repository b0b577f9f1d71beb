import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Real files against totals that were computed without our code. The samples lie beside the package, not in it: where
/// they are absent the tests are skipped.
@Suite(.enabled(if: ProviderSamples.areThere))
struct ProviderSampleTests {
    private typealias Entry = ProviderSamples.Totals.Entry

    private static func format(of file: ProviderFile) throws -> ProviderFormat? {
        guard case .bill(let format) = try ProviderContent(of: file) else { return nil }
        return format
    }

    @Test("meets its totals to the last digit", arguments: ProviderSamples.totals)
    func meetsTotals(_ expected: ProviderSamples.Totals) throws {
        var sums: [[String]: Entry] = [:]
        var reports: [FileReport] = []
        for path in expected.files {
            let file = ProviderSamples.file(path, source: expected.source)
            let format = try #require(try Self.format(of: file))
            let reading = ProviderBillReader().read(file, of: format) { charge in
                let key = [charge.provider, charge.subAccount, charge.service, charge.currency.code]
                var entry =
                    sums[key]
                    ?? Entry(
                        provider: key[0], account: key[1], service: key[2], currency: key[3], rows: 0, billed: .zero,
                        effective: .zero, list: .zero, contracted: .zero)
                entry.rows += charge.continuesRow ? 0 : 1
                entry.billed += charge.billedCost
                entry.effective += charge.effectiveCost
                entry.list += charge.listCost ?? charge.billedCost
                entry.contracted += charge.contractedCost ?? charge.billedCost
                sums[key] = entry
            }
            #expect(reading.report.isBalanced)
            #expect(reading.report.sha256.count == 64)
            reports.append(reading.report)
        }
        if expected.refused == true {
            #expect(reports.map(\.status) == [.refused])
            return
        }
        #expect(reports.filter { $0.status != .imported }.isEmpty)
        #expect(reports.reduce(0) { $0 + $1.rowsRead } == expected.read)
        #expect(reports.reduce(0) { $0 + $1.rowsKept } == expected.kept)
        #expect(reports.reduce(0) { $0 + $1.rowsDuplicate } == expected.duplicate ?? 0)
        #expect(reports.reduce(0) { $0 + $1.rowsQuarantined } == expected.quarantined)
        #expect(Set(sums.values) == Set(expected.totals ?? []))
        var billed: [String: ExactDecimal] = [:]
        for report in reports { billed.merge(report.billedCost, uniquingKeysWith: +) }
        #expect(billed == expected.billed)
    }

    @Test("there is a total for every sample that is read")
    func everySampleHasTotals() throws {
        let covered = Set(ProviderSamples.totals.flatMap(\.files))
        let folders = [
            "aws-cur-legacy", "aws-cur2", "aws-monthly-report", "azure-cost-export", "focus", "gcp-billing-export",
            "spaceone",
        ]
        for folder in folders {
            for file in ProviderSamples.files(below: folder) {
                switch try ProviderContent(of: file) {
                case .bill: #expect(covered.contains(file.path), "\(file.path)")
                case .manifest: break
                case nil:
                    let isMapped = ProviderSamples.totals.contains { $0.charges != nil && $0.files == [file.path] }
                    #expect(isMapped, "\(file.path) is recognised")
                }
            }
        }
    }

    @Test("a delivery of four parts with its manifest twice")
    func acmeDelivery() throws {
        let inbox = ProviderInbox(ProviderSamples.files(below: "aws-cur-legacy/acme-hourly"))
        #expect(inbox.findings.isEmpty)
        #expect(inbox.deliveries.map(\.parts.count) == [4])
        #expect(inbox.reports.map(\.status) == [.sameContent, .imported])
        let bills = imported(inbox)
        #expect(bills.reports.count { $0.status == .imported && $0.content == .awsCUR } == 4)
        #expect(bills.book.controlTotals.map(\.unassigned.description) == ["154108.633581521717856"])
        #expect(bills.book.controlTotals.filter { !$0.isBalanced }.isEmpty)
    }

    @Test(
        "deliveries by manifest: their totals, and nothing to say",
        arguments: [
            ("aws-cur2/acme", "68446.723533772520773"), ("aws-cur2/mock-2024-09", "0.108304"),
            ("azure-cost-export/ea-partitioned", "1509.5256293579920671512732"),
            ("focus/azure-focus-1.2", "1486.6008068623735177613403"),
        ])
    func deliveries(_ folder: String, _ total: String) throws {
        let bills = imported(ProviderInbox(ProviderSamples.files(below: folder)))
        #expect(bills.book.controlTotals.map(\.read.description) == [total])
        #expect(bills.reports.filter { $0.status != .imported } == [])
        #expect(bills.findings.filter { $0.code != .unassignedCost && $0.code != .unknownColumns } == [])
    }

    @Test("the monthly CSV comes to its statement, and says what its rows do not itemise")
    func monthlyReport() throws {
        let bills = imported(ProviderInbox(ProviderSamples.files(below: "aws-monthly-report")))
        #expect(bills.book.controlTotals.map(\.read.description) == ["147089.32"])
        let report = try #require(bills.reports.first)
        #expect(
            [report.rowsRead, report.rowsKept, report.rowsDuplicate, report.rowsQuarantined] == [1052, 661, 391, 0])
        #expect(
            bills.findings.filter { $0.code == .billDiffers }.map(\.message) == [
                "expected 146996.32 USD, as invoice \"12345678\" says, found 27172.73798 USD in the rows of its linked "
                    + "accounts"
            ])
    }

    @Test("all samples of all formats in one inbox", arguments: [false, true])
    func wholeInbox(_ isReversed: Bool) throws {
        var files = ["aws-cur-legacy", "aws-cur2", "aws-monthly-report", "azure-cost-export", "focus"]
            .flatMap { ProviderSamples.files(below: $0) }
        if isReversed { files.reverse() }
        let bills = imported(ProviderInbox(files))
        #expect(bills.reports.filter { !$0.isBalanced }.isEmpty)
        #expect(bills.book.controlTotals.filter { !$0.isBalanced }.isEmpty)
        let parts = bills.reports.filter { $0.path.contains("azure-focus-1.2") || $0.path.contains("mock-zip") }
        #expect(parts.filter { $0.status != .imported }.map(\.path) == [])
        // Five deliveries are bills of the account 012345678901 for March 2025; one of them counts.
        let march = ["acme-hourly", "acme-cur2", "aws-focus-1.2", "focus-1.1-null-literal", "focus-1.3-aws-style"]
            .filter { name in
                bills.reports.contains { $0.path.contains(name) && $0.content != .manifest && $0.status == .imported }
            }
        #expect(march.count == 1)
    }

    @Test("Google's and SpaceONE's in one inbox: one of the deliveries of a month counts")
    func googleAndSpaceONE() throws {
        let files = ProviderSamples.files(below: "gcp-billing-export") + ProviderSamples.files(below: "spaceone")
        let bills = imported(ProviderInbox(files))
        #expect(bills.reports.filter { !$0.isBalanced }.isEmpty)
        #expect(bills.book.controlTotals.filter { !$0.isBalanced }.isEmpty)
        let hyperbilling = bills.reports.filter { $0.content == .hyperbilling }
        #expect(hyperbilling.count == 5)
        #expect(Set(hyperbilling.filter { $0.status == .imported }.map { $0.path.prefix(80) }).count <= 2)
    }

    private func imported(_ inbox: ProviderInbox) -> CostImport {
        let year2000 = CalendarDay.first(year: 2000, month: 1)
        return CostImport(
            inbox, workspace: .empty, days: ServicePeriod(start: year2000, end: CalendarDay.first(year: 2100, month: 1))
        )
    }
}
