import BillingTerms
import Catalog
import Importing
import Metering
import Testing

/// The monthly CSV of AWS, rule by rule, on invented rows.
@Suite struct ProviderMonthlyTests {
    private typealias Text = BillText

    private func counts(_ report: FileReport) -> [Int] {
        [report.rowsRead, report.rowsKept, report.rowsDuplicate, report.rowsQuarantined]
    }

    @Test("linked rows and the rounding are billed; payer rows and totals say the same money again")
    func linkedRows() throws {
        let (found, reading) = try charges(Text.monthlySample.text, .awsMonthly)
        #expect(found.map(\.billedCost).sum() == (try decimal("5796.63")))
        #expect(found.map(\.subAccount) == ["111122223333", "444455556666", "999900001111"])
        #expect(found.map(\.lineType) == ["LinkedLineItem", "LinkedLineItem", "CBRounding"])
        #expect(found.map(\.category) == [.usage, .usage, .adjustment])
        #expect(found.allSatisfy { $0.billingAccount == "999900001111" && $0.effectiveCost == $0.billedCost })
        #expect(counts(reading.report) == [8, 3, 5, 0])
        #expect(reading.findings == [])
    }

    @Test("what a line is")
    func line() throws {
        let charge = try #require(try charges(Text.monthly.of([:]).text, .awsMonthly).charges.first)
        #expect(charge.service == "Amazon Elastic Compute Cloud")
        #expect([charge.serviceCode, charge.region, charge.sku, charge.invoiceID] == ["AmazonEC2", "APN1", "1", "77"])
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect(charge.chargeDay?.description == "2026-03-01")
        #expect(charge.quantity == 720)
    }

    @Test("an invoice without linked rows is billed by its payer rows, beside one that has them")
    func twoInvoices() throws {
        let text = Text.monthly.of(
            ["TotalCost": "39", "UsageType": ""], ["TotalCost": "-4", "UsageType": ""],
            Text.trailer("InvoiceTotal", "35"),
            ["InvoiceID": "78", "TotalCost": "10"],
            Text.linked("111122223333", "10").merging(["InvoiceID": "78"]) { $1 },
            Text.trailer("InvoiceTotal", "10").merging(["InvoiceID": "78"]) { $1 },
            Text.trailer("StatementTotal", "45").merging(["InvoiceID": ""]) { $1 })
        let (found, reading) = try charges(text.text, .awsMonthly)
        #expect(found.map(\.billedCost) == [39, -4, 10])
        #expect(found.map(\.category) == [.purchase, .adjustment, .usage])
        #expect(found.map(\.subAccount) == ["999900001111", "999900001111", "111122223333"])
        #expect(counts(reading.report) == [7, 3, 4, 0])
        #expect(reading.findings == [])
    }

    @Test("two invoices under one masked id are told apart by their dates, if each has its total")
    func maskedIDs() throws {
        let other = ["InvoiceDate": "2026/04/04 00:00:00"]
        var text = Text.monthly.of(
            ["TotalCost": "93"], Text.trailer("InvoiceTotal", "93"), ["TotalCost": "10"].merging(other) { $1 },
            Text.linked("1", "10").merging(other) { $1 })
        // Without a total of its own the date tells nothing: the payer's rows may be those of the linked ones.
        #expect(try charges(text.text, .awsMonthly).charges.map(\.billedCost) == [83, 10])
        text.add(Text.trailer("InvoiceTotal", "10").merging(other) { $1 })
        #expect(try charges(text.text, .awsMonthly).charges.map(\.billedCost) == [93, 10])
    }

    @Test("what the rows do not come to is kept on the payer's account, and said")
    func notItemised() throws {
        let text = Text.monthly.of(
            ["TotalCost": "100"], Text.linked("111122223333", "60"), Text.trailer("InvoiceTotal", "100"),
            Text.trailer("StatementTotal", "100"))
        let (found, reading) = try charges(text.text, .awsMonthly)
        #expect(found.map(\.billedCost) == [60, 40])
        #expect(found.last?.service == "not itemised by the provider")
        #expect(found.last?.subAccount == "999900001111")
        #expect(found.last?.category == .adjustment)
        #expect(counts(reading.report) == [4, 2, 2, 0])
        #expect(
            reading.findings.map(\.rendered) == [
                """
                bill.csv:4: warning[bill-differs]: expected 100 USD, as invoice "77" says, found 60 USD in the rows of its \
                linked accounts
                  = 40 USD is kept on the payer's account, under the service "not itemised by the provider"
                """
            ])
    }

    @Test("a row that is set aside is not billed as not itemised, whether its cost can be read or not")
    func quarantined() throws {
        let readable = Text.monthly.of(
            Text.linked("1", "60"),
            Text.linked("2", "40").merging(["CurrencyCode": "USD", "UsageStartDate": "?"]) { $1 },
            Text.trailer("InvoiceTotal", "100"))
        let first = try charges(readable.text, .awsMonthly)
        #expect(first.charges.map(\.billedCost) == [60])
        #expect(counts(first.reading.report) == [3, 1, 1, 1])
        let unreadable = Text.monthly.of(
            Text.linked("1", "60"), Text.linked("2", "1,000"), Text.trailer("InvoiceTotal", "1060"))
        let second = try charges(unreadable.text, .awsMonthly)
        #expect(second.charges.map(\.billedCost) == [60])
        #expect(counts(second.reading.report) == [3, 1, 1, 1])
        #expect(
            second.reading.findings.first { $0.code == .billDiffers }?.notes == [
                "1000 USD is not billed, since the cost of 1 row cannot be read"
            ])
    }

    @Test("an estimated month has no totals: a difference to the payer's rows is said, and not billed")
    func estimated() throws {
        let text = Text.monthly.with("x").of(
            ["InvoiceID": "Estimated", "TotalCost": "10.01"],
            Text.linked("1", "10").merging(["InvoiceID": "Estimated"]) { $1 },
            Text.trailer("StatementTotal", "10.01"), Text.trailer("EstimatedDisclaimer", ""))
        let (found, reading) = try charges(text.text, .awsMonthly)
        #expect(found.map(\.billedCost) == [10])
        #expect(
            reading.findings.filter { $0.code == .billDiffers }.map(\.message) == [
                "expected 10.01 USD, as the payer's rows of invoice \"Estimated\" say, found 10 USD in the rows of its "
                    + "linked accounts",
                "expected 10.01 USD, as the statement says, found 10 USD in its invoices",
            ])
    }

    @Test("a kind of record that is not known is money, and part of the invoice")
    func unknownRecord() throws {
        let text = Text.monthly.of(
            Text.linked("1", "10"), ["RecordType": "MoonFee", "TotalCost": "2"], Text.trailer("InvoiceTotal", "12"))
        let (found, reading) = try charges(text.text, .awsMonthly)
        #expect(found.map(\.billedCost) == [10, 2])
        #expect(reading.findings.map(\.code) == [.unknownLineType])
    }

    @Test("the cost-allocation variant: a sentence before the header, tags as columns")
    func costAllocation() throws {
        let sentence = "\"Don't see your tags in the report? New tags are excluded by default - go to a, b\"\r\n"
        var text = Text.monthly.with("user:Project", "atlas").with("aws:createdBy", "").of([:])
        text.lineEnd = "\r\n"
        let folder = try InboxFolder()
        let file = try folder.write("allocation.csv", sentence + text.text)
        #expect(try ProviderContent(of: file) == .bill(.awsMonthly))
        let charge = try #require(try charges(sentence + text.text, .awsMonthly).charges.first)
        #expect(charge.tags.map { "\($0.key)=\($0.value)" } == ["Project=atlas"])
        #expect(charge.line == 3)
        #expect(folder.costs().book.controlTotals.map(\.read) == [10])
    }

    @Test(
        "days and times with slashes",
        arguments: [
            ("2026/03/01 0:00:00", "2026-03-01T00:00:00Z"), ("2026/3/9 23:59:59", "2026-03-09T23:59:59Z"),
            ("2026/03/01", "2026-03-01T00:00:00Z"), ("2026-03-01 00:00:00", "2026-03-01T00:00:00Z"),
            ("2026/02/29", nil),
            ("2026/13/01", nil), ("26/03/01", nil), ("2026/03/01 24:00:00", nil), ("2026/03/01 1:00:00 PM", nil),
        ] as [(String, String?)])
    func times(_ written: String, _ time: String?) throws {
        let (found, reading) = try charges(Text.monthly.of(["UsageStartDate": written]).text, .awsMonthly)
        #expect(found.map { $0.chargeStart?.description } == (time == nil ? [] : [time]))
        #expect(reading.quarantine.map(\.code) == (time == nil ? [.badTime] : []))
    }

    @Test("the detailed billing report is another format")
    func detailedReport() {
        #expect(ProviderFormat(header: Text.monthly.columns) == .awsMonthly)
        #expect(ProviderFormat(header: Text.monthly.columns + ["ReservedInstance", "UnBlendedCost"]) == nil)
    }

    @Test("in an inbox: duplicates stay counted, and a later file of the month replaces it")
    func inbox() throws {
        let folder = try InboxFolder()
        try folder.write("a.csv", Text.monthlySample.text, day: 1)
        let report = try #require(folder.costs().reports.first)
        #expect(counts(report) == [8, 3, 5, 0])
        try folder.write("b.csv", Text.monthly.of(["TotalCost": "7"]).text, day: 2)
        let bills = folder.costs()
        #expect(bills.book.controlTotals.map(\.read) == [7])
        #expect(bills.reports.map(counts) == [[8, 0, 8, 0], [1, 1, 0, 0]])
    }
}
