import BillingTerms
import Foundation
import Importing

/// `run.json`: what went in, what came out, and the sums that had to agree. Keys are sorted and numbers that must not
/// lose a digit are texts. New keys may come with `format_version` 1; a changed meaning makes it 2.
struct RunManifest: Encodable {
    var formatVersion = 1
    var tool = "billwright"
    var toolVersion: String
    var period: String
    var firstDay: CalendarDay
    var lastDay: CalendarDay
    var zone: String
    var zoneDataVersion: String
    var configurationSha256: String
    var inputs: [Input]
    var outputs: [WrittenFile]
    var usage: RunReport.UsageCounts
    var controls: [Control]
    var customers: [Customer]
    var findings: [Note]
    var quarantinedRows: Int

    struct Input: Encodable {
        var path: String
        var sha256: String
        var byteCount: Int
        var content: String
        var status: String
        var rowsRead: Int
        var rowsKept: Int
        var rowsDuplicate: Int
        var rowsQuarantined: Int
        /// Of the rows kept, those that are not billed; left out when all are.
        var unbilled: UnbilledRows?
        var billedCost: [String: ExactDecimal]
    }

    struct Control: Encodable {
        var currency: Currency
        var read: ExactDecimal
        var assigned: ExactDecimal
        var unassigned: ExactDecimal
        var agrees: Bool
    }

    struct Customer: Encodable {
        var id: String
        var status: String
        var currency: Currency
        var totalWithTax: ExactDecimal?
        var amountDue: ExactDecimal?
        var documents: Int
    }

    struct Note: Encodable {
        var severity: String
        var code: String
        var message: String
        var file: String?
        var line: Int?
    }

    /// `report` is sorted.
    init(_ report: RunReport, outputs: [WrittenFile], documents: [CustomerID: [DocumentEntry]]) {
        toolVersion = report.toolVersion
        period = report.periodName
        firstDay = report.period.start
        lastDay = report.period.lastDay
        zone = report.zone
        zoneDataVersion = report.zoneDataVersion
        configurationSha256 = report.configurationHash
        inputs = report.inputs.map { file in
            Input(
                path: file.path, sha256: file.sha256, byteCount: file.byteCount, content: file.content.rawValue,
                status: file.status.rawValue, rowsRead: file.rowsRead, rowsKept: file.rowsKept,
                rowsDuplicate: file.rowsDuplicate, rowsQuarantined: file.rowsQuarantined,
                unbilled: report.unbilled[file.path], billedCost: file.billedCost)
        }
        self.outputs = outputs.sorted { $0.path < $1.path }
        usage = report.usage
        controls = report.controls.map { control in
            Control(
                currency: control.currency, read: control.read, assigned: control.assigned,
                unassigned: control.unassigned, agrees: control.isBalanced)
        }
        customers = report.customers.map { customer in
            Customer(
                id: customer.id.text, status: customer.status.rawValue, currency: customer.currency,
                totalWithTax: customer.totals?.totalWithTax.decimal, amountDue: customer.totals?.amountDue.decimal,
                documents: documents[customer.id]?.count ?? 0)
        }
        findings = report.findings.map { finding in
            Note(
                severity: finding.severity.rawValue, code: finding.code.rawValue, message: finding.message,
                file: finding.place?.file, line: finding.place?.line)
        }
        quarantinedRows = report.quarantine.count
    }

    func json(for file: OutputFile) throws(Findings) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw Findings([
                Finding(.error, .cannotWrite, "the manifest cannot be made: \(error)", at: Place(file: file.fullPath))
            ])
        }
    }
}
