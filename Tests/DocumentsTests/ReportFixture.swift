import BillingTerms
import Importing
import Invoicing
import Metering

@testable import Documents

/// A run with two billed customers and one parked, in two currencies.
enum ReportFixture {
    static func report(_ fixture: Fixture, evil: String = "") -> RunReport {
        let documents = fixture.documents()
        let euro = Currency(code: "EUR")!
        let dollar = Currency(code: "USD")!
        func decimal(_ text: String) -> ExactDecimal { Fixture.decimal(text) }
        var report = RunReport(
            periodName: "2026-10", period: Fixture.october, businessName: "Example Cloud GmbH",
            zone: "Europe/Berlin", toolVersion: "0.1.0", configurationHash: String(repeating: "ab", count: 32),
            zoneDataVersion: "2025b")
        report.inputs = [
            FileReport(
                path: "inbox/providers/aws.csv", sha256: String(repeating: "1e", count: 32), byteCount: 4_812_120,
                content: .awsCUR, rowsRead: 8_812, rowsKept: 8_812, billedCost: ["USD": decimal("2212.4452")]),
            FileReport(
                path: "inbox/meters/october.csv.gz" + evil, sha256: String(repeating: "0f", count: 32),
                byteCount: 1_204_551, content: .meterCSV, rowsRead: 120_040, rowsKept: 120_034, rowsDuplicate: 4,
                rowsQuarantined: 2),
        ]
        report.quarantine = [
            QuarantinedRow(
                file: "inbox/meters/october.csv.gz", line: 41, column: 18, code: .unknownMeter,
                reason: "no meter is named \"api-call\"" + evil, original: "=atlas,2026-03-04,api-call,12",
                customer: "atlas", meter: "api-call", quantity: 12),
            QuarantinedRow(
                file: "inbox/meters/october.csv.gz", line: 7, code: .badNumber, reason: "the value is empty",
                original: "atlas,2026-03-04,api-calls,"),
        ]
        report.findings = [
            Finding(
                .warning, .quarantinedRows, "2 rows are set aside" + evil,
                at: Place(file: "inbox/meters/october.csv.gz"),
                notes: ["12 units of api-call are not billed"]),
            Finding(
                .error, .missingRate, "no rate from USD to GBP dated on or before 2026-10-31",
                at: Place(file: "catalog/exchange-rates.csv", line: 14),
                notes: ["customer borealis is parked, the others are billed"]),
        ]
        report.customers = [
            RunReport.CustomerResult(
                id: "borealis", name: "Borealis Ltd" + evil, currency: Currency(code: "GBP")!, status: .parked),
            RunReport.CustomerResult(
                id: "atlas", name: "Atlas Robotics", currency: fixture.currency, totals: documents[0].totals,
                previousAmountDue: fixture.money("1988.10"), projects: documents[0].projects),
            RunReport.CustomerResult(
                id: "cygnus", name: "Cygnus Labs", currency: fixture.currency, totals: documents[1].totals,
                projects: []),
        ]
        report.providerCosts = [
            RunReport.ProviderCost(
                provider: "aws", serviceAccount: "aws-prod", project: "atlas-data", customer: "atlas", currency: dollar,
                billedCost: decimal("1987.4452"), rebilled: Money(rounding: decimal("1842.36"), to: euro)),
            RunReport.ProviderCost(
                provider: "azure", serviceAccount: "azure-prod", project: "atlas-web", customer: "atlas",
                currency: euro,
                billedCost: decimal("210.5512345"), rebilled: Money(rounding: decimal("231.61"), to: euro),
                margin: decimal("21.0587655")),
        ]
        report.unassignedCosts = [
            UnassignedCost(
                provider: "aws", account: "001234567890", service: "AmazonS3", currency: dollar, rowCount: 12,
                billed: decimal("225"))
        ]
        report.usage = RunReport.UsageCounts(
            read: 120_040, kept: 120_034, duplicate: 4, quarantined: 2, priced: 120_034, unpriced: 0)
        report.controls = [
            RunReport.ControlTotal(
                currency: dollar, read: decimal("2212.4452"), assigned: decimal("1987.4452"), unassigned: decimal("225")
            ),
            RunReport.ControlTotal(
                currency: euro, read: decimal("210.5512345"), assigned: decimal("210.5512345"), unassigned: .zero),
        ]
        report.dailyCosts = (0..<31).map { day in
            RunReport.DailyCost(
                day: Fixture.october.start + day, provider: "aws", currency: dollar,
                billedCost: decimal("58.1") + ExactDecimal(day % 7))
        }
        return report
    }
}
