import BillingTerms
import Catalog
import Invoicing
import Rating

@testable import Documents

/// A document made by hand: two projects and a shared fee, a tiered price, a provider cost with an exchange rate, two
/// tax rates, a promotion, promotional and prepaid credit.
struct Fixture {
    var currency = Currency(code: "EUR")!
    var locale = "en"
    var status = InvoiceDocument.Status.draft
    /// Put into every text that comes from data.
    var evil = ""

    static func decimal(_ text: String) -> ExactDecimal { try! ExactDecimal(parsing: text) }
    static func day(_ text: String) -> CalendarDay { CalendarDay(iso: text)! }

    static let october = ServicePeriod(start: day("2026-10-01"), end: day("2026-11-01"))

    func money(_ exact: ExactDecimal) -> Money { Money(rounding: exact, to: currency)! }
    func money(_ text: String) -> Money { money(Self.decimal(text)) }

    // MARK: Lines

    struct Spec {
        var project: String?
        var item: String
        var kind = RatedLine.Kind.usage
        var description: String
        var tier = ""
        var quantity: String
        var unit: String
        var price: String
        /// Where it is not quantity × price.
        var gross: String?
        var discountPercent: String?
        var reducedTax = false
        var conversion: CurrencyConversion?
        var working: [WorkingStep] = []
    }

    var specs: [Spec] {
        [
            Spec(
                project: "atlas-web", item: "api-calls", description: "API calls", tier: "up to 10000",
                quantity: "10000", unit: "calls", price: "0.0004", discountPercent: "0.10",
                working: [WorkingStep("first tier", "10000 × 0.0004", "4.00")]),
            Spec(
                project: "atlas-web", item: "api-calls", description: "API calls", tier: "over 10000",
                quantity: "1234567", unit: "calls", price: "0.00035", discountPercent: "0.10",
                working: [WorkingStep("second tier", "1234567 × 0.00035", "432.09845")]),
            Spec(
                project: "atlas-web", item: "storage", description: "Storage, replicated" + evil, quantity: "512.75",
                unit: "GiB-month", price: "0.0230"),
            Spec(
                project: "atlas-data", item: "aws", kind: .cost, description: "Amazon EC2, eu-west-1", quantity: "1",
                unit: "month", price: "1842.361725",
                conversion: CurrencyConversion(
                    originalAmount: Self.decimal("1987.4452"), originalCurrency: Currency(code: "USD")!,
                    rate: Self.decimal("0.927"), rateDate: Self.day("2026-10-30"), source: "ECB", rule: "period-end"),
                working: [WorkingStep("provider cost", "1987.4452 USD × 0.927", "1842.3617004")]),
            Spec(
                project: "atlas-data", item: "handbook", description: "Printed handbook", quantity: "3", unit: "pieces",
                price: "19.90", reducedTax: true),
            Spec(
                project: "atlas-data", item: "queue", description: "Queue messages (a tie)", quantity: "2.5",
                unit: "million", price: "0.05"),
            Spec(
                project: nil, item: "platform", kind: .fee, description: "Platform fee, 17 of 31 days", quantity: "1",
                unit: "month", price: "99.00", gross: "54.29",
                working: [WorkingStep("proration", "99.00 × 17 / 31", "54.290322")]),
        ]
    }

    func lines() -> [InvoiceLine] {
        var lines = specs.enumerated().map { index, spec in line(spec, number: index + 1) }
        let credit = money("100")
        let parts = credit.allocated(over: lines.map(\.netAmount.decimal))
        for (index, part) in parts.enumerated() {
            lines[index].promotionalCredit = part
            lines[index].taxableAmount = lines[index].netAmount - part
        }
        return lines
    }

    private func line(_ spec: Spec, number: Int) -> InvoiceLine {
        let quantity = Self.decimal(spec.quantity)
        let price = Self.decimal(spec.price)
        let gross = spec.gross.map(money) ?? money(quantity * price)
        let rated = RatedLine(
            kind: spec.kind, project: spec.project.map { ProjectID($0) }, itemID: spec.item,
            description: spec.description, plan: "scale", planVersion: Self.day("2026-01-01"), subscription: "main",
            tier: spec.tier, period: Self.october, quantity: quantity, unit: spec.unit, unitPrice: price,
            grossAmount: gross, conversion: spec.conversion, working: spec.working)
        let discounts = spec.discountPercent.map {
            [LineDiscount(promotion: "autumn", name: "Autumn offer", amount: money(gross.decimal * Self.decimal($0)))]
        }
        let net = gross - (discounts?[0].amount ?? .zero(currency))
        return InvoiceLine(
            number: number, project: rated.project, projectName: spec.project.map(projectName) ?? "Shared",
            rated: rated, discounts: discounts ?? [], netAmount: net, promotionalCredit: .zero(currency),
            taxableAmount: net, taxCode: spec.reducedTax ? "reduced" : "standard",
            taxRate: Self.decimal(spec.reducedTax ? "0.07" : "0.19"))
    }

    func projectName(_ id: String) -> String { (id == "atlas-web" ? "Atlas Web" : "Atlas Data") + evil }

    // MARK: Documents

    /// The consolidated invoice and the statements of its projects.
    func documents() -> [InvoiceDocument] {
        let all = lines()
        let shared = all.filter { $0.project == nil }
        let projects = ["atlas-web", "atlas-data"]
        let own = projects.map { id in all.filter { $0.project?.text == id } }
        let weights = own.map { $0.map(\.netAmount).sum(currency).decimal }
        var parts = own
        for line in shared {
            for (index, share) in self.shares(of: line, weights: weights).enumerated() { parts[index].append(share) }
        }
        var consolidated = document(all, scope: .consolidated)
        var statements: [InvoiceDocument] = []
        let paid = money("500")
        let whole = consolidated.taxes
        for (index, id) in projects.enumerated() {
            var statement = document(parts[index], scope: .project)
            statement.role = .statement
            statement.reference += "/" + id
            statement.taxes = whole.compactMap { tax in
                let taxables = parts.map { part in
                    part.filter { $0.taxCode == tax.code }.map(\.taxableAmount).sum(currency)
                }
                guard !taxables[index].isZero else { return nil }
                var own = tax
                own.taxableAmount = taxables[index]
                own.taxAmount = tax.taxAmount.allocated(over: taxables.map(\.decimal))[index]
                return own
            }
            statements.append(statement)
        }
        let totals = statements.map { self.totals($0.lines, $0.taxes, paid: .zero(currency)) }
        let paidParts = paid.allocated(over: totals.map(\.totalWithTax.decimal))
        for index in statements.indices {
            statements[index].totals = self.totals(
                statements[index].lines, statements[index].taxes, paid: paidParts[index])
            statements[index].project = ProjectSummary(
                id: ProjectID(projects[index]), name: projectName(projects[index]),
                costCentre: index == 0 ? "CC-100" : nil, totals: statements[index].totals,
                previous: index == 0 ? money("401.50") : nil)
            statements[index].usage = usage().filter { $0.project.text == projects[index] }
        }
        consolidated.totals = self.totals(all, whole, paid: paid)
        consolidated.projects = statements.compactMap(\.project)
        consolidated.adjustments = adjustments(all, paid)
        consolidated.creditStatements = creditStatements()
        consolidated.usage = usage()
        return [consolidated] + statements
    }

    private func shares(of line: InvoiceLine, weights: [ExactDecimal]) -> [InvoiceLine] {
        let gross = line.grossAmount.allocated(over: weights)
        let credit = line.promotionalCredit.allocated(over: weights)
        return gross.indices.map { index in
            var share = line
            share.rated.grossAmount = gross[index]
            share.netAmount = gross[index]
            share.promotionalCredit = credit[index]
            share.taxableAmount = gross[index] - credit[index]
            share.share = "\(gross[index].decimal) of \(line.grossAmount)"
            return share
        }
    }

    private func document(_ lines: [InvoiceLine], scope: InvoiceDocument.Scope) -> InvoiceDocument {
        var document = InvoiceDocument(
            scope: scope, role: .invoice, status: status, number: status == .issued ? "INV-2026-000042" : nil,
            reference: "2026-10/atlas", customer: "atlas",
            seller: Party(
                name: "Example Cloud GmbH", address: ["Lange Straße 1", "10115 Berlin"], country: "DE",
                taxID: "DE123456789", email: "billing@example.com", registration: "HRB 12345 B"),
            buyer: Party(
                name: "Atlas Robotics" + evil, address: ["1 Main Street", "Dublin 2"], country: "IE",
                taxID: "IE1234567T"),
            buyerReference: "CFO office", purchaseOrder: "PO-7781", periodName: "2026-10", period: Self.october,
            zone: "Europe/Berlin", locale: locale, issueDate: Self.day("2026-11-01"), dueDate: Self.day("2026-11-15"),
            payment: PaymentTerms(
                dueDays: 14, terms: "Net 14", iban: "DE89 3704 0044 0532 0130 00", bic: "COBADEFFXXX",
                bank: "Example Bank"),
            notes: ["Thank you for building with us." + evil], currency: currency, lines: lines,
            totals: .zero(currency), taxes: taxes(lines))
        document.audit = Audit(
            toolVersion: "0.1.0", configurationHash: String(repeating: "ab", count: 32), zoneDataVersion: "2025b",
            inputs: [
                Audit.Input(
                    path: "inbox/meters/october.csv.gz", sha256: String(repeating: "0f", count: 32), rows: 120_034),
                Audit.Input(path: "inbox/providers/aws.csv", sha256: String(repeating: "1e", count: 32), rows: 8_812),
            ], warnings: ["2 rows of inbox/meters/october.csv.gz are set aside"],
            checks: [
                Audit.Check(
                    name: "Gross = rated lines", left: lines.map(\.grossAmount).sum(currency),
                    right: lines.map(\.grossAmount).sum(currency))
            ])
        document.totals = totals(lines, document.taxes, paid: .zero(currency))
        return document
    }

    func taxes(_ lines: [InvoiceLine]) -> [TaxSubtotal] {
        ["standard", "reduced"].compactMap { code in
            let taxed = lines.filter { $0.taxCode == code }
            guard let first = taxed.first else { return nil }
            let taxable = taxed.map(\.taxableAmount).sum(currency)
            return TaxSubtotal(
                code: code, name: "VAT", category: .standard, rate: first.taxRate, taxableAmount: taxable,
                taxAmount: money(taxable.decimal * first.taxRate))
        }
    }

    func totals(_ lines: [InvoiceLine], _ taxes: [TaxSubtotal], paid: Money) -> InvoiceTotals {
        let gross = lines.map(\.grossAmount).sum(currency)
        let discounts = lines.map(\.discountAmount).sum(currency)
        let credit = lines.map(\.promotionalCredit).sum(currency)
        let tax = taxes.map(\.taxAmount).sum(currency)
        let net = gross - discounts
        return InvoiceTotals(
            sumOfLineGrossAmounts: gross, discounts: discounts, sumOfLineNetAmounts: net, promotionalCredit: credit,
            totalWithoutTax: net - credit, totalTax: tax, totalWithTax: net - credit + tax, paidAmount: paid,
            amountDue: net - credit + tax - paid)
    }

    private func adjustments(_ lines: [InvoiceLine], _ paid: Money) -> [Adjustment] {
        let api = lines.filter { !$0.discounts.isEmpty }
        return [
            Adjustment(
                kind: .promotion, id: "autumn", description: "Autumn offer" + evil, appliesTo: "API calls",
                basis: api.map(\.grossAmount).sum(currency), rate: Self.decimal("0.10"),
                amount: api.map(\.discountAmount).sum(currency)),
            Adjustment(
                kind: .promotionalCredit, id: "welcome", description: "Welcome credit", appliesTo: "invoice",
                basis: lines.map(\.netAmount).sum(currency), amount: money("100"), balanceBefore: money("100"),
                balanceAfter: money("0"), expires: Self.day("2027-01-01")),
            Adjustment(
                kind: .prepaidCredit, id: "prepaid-2026", description: "Prepaid 2026", appliesTo: "invoice",
                basis: money("2000"), amount: paid, balanceBefore: money("2000"), balanceAfter: money("1500")),
        ]
    }

    private func creditStatements() -> [CreditStatement] {
        [
            CreditStatement(
                grant: "welcome", name: "Welcome credit", kind: .promotional, opening: money("0"),
                granted: money("100"), used: money("100"), expired: money("0"), closing: money("0"),
                expires: Self.day("2027-01-01"), status: .active,
                projects: [
                    .init(project: "atlas-web", name: "Atlas Web" + evil, used: money("60")),
                    .init(project: nil, name: "Shared", used: money("40")),
                ]),
            CreditStatement(
                grant: "prepaid-2026", name: "Prepaid 2026", kind: .prepaid, opening: money("2000"),
                granted: money("0"), used: money("500"), expired: money("0"), closing: money("1500"),
                unit: .init(name: "tokens" + evil, ratio: Self.decimal("0.5"), digits: 1)),
            CreditStatement(
                grant: "green/2026-10", name: "Green, 2026-10", kind: .promotional, opening: money("0"),
                granted: money("6"), used: money("0"), expired: money("0"), closing: money("6"), status: .active,
                working: [WorkingStep("3500 calls used", "3 blocks of 1000 × 2", "6")]),
            CreditStatement(
                grant: "bulk", name: "Bulk", kind: .prepaid, opening: money("0"), granted: money("0"),
                used: money("0"), expired: money("0"), closing: money("0"), status: .pending),
        ]
    }

    private func usage() -> [UsageRow] {
        var rows: [UsageRow] = []
        for day in 0..<31 {
            let date = Self.october.start + day
            let busy = date.isoWeekday < 6 ? 2 : 1
            rows.append(
                UsageRow(
                    day: date, project: "atlas-web", item: "api-calls", meter: "api-calls",
                    dimensions: "region=eu-west-1, tier=pro" + evil, quantity: ExactDecimal(18_000 * busy + day * 411),
                    unit: "calls", eventCount: 900 * busy, lines: [1, 2]))
            rows.append(
                UsageRow(
                    day: date, project: "atlas-data", item: "aws", meter: "aws / Amazon EC2", dimensions: "",
                    quantity: Self.decimal("64.1112") + ExactDecimal(day), unit: "USD", eventCount: 24, lines: [4]))
        }
        return rows
    }
}
