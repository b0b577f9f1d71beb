import BillingTerms
import Catalog
import Foundation
import Importing

/// Makes files in `customers/` for customers whom an export named first, as `new_customers` in billwright.yaml says.
struct NewCustomerFiles {
    let root: String
    let workspace: Workspace
    /// Nothing is written in a dry run; what would be is told.
    let writes: Bool

    struct Outcome {
        var findings: [Finding] = []
        var isAnyWritten = false
    }

    /// More new names than these in one run are a mistake, and not customers.
    private static let mostInARun = 1_000

    /// Those are left out whose name cannot be an id, or whose projects are somebody else's: their rows stay set aside.
    func make(_ customers: [CustomerID: UnknownCustomer]) -> Outcome {
        var outcome = Outcome()
        guard let rule = workspace.business.newCustomers else { return outcome }
        var projects = Set(workspace.customers.values.flatMap { $0.projects.map(\.id.text) })
        let makeable = customers.filter { isIdentifier($0.key.text) }.sorted { $0.key < $1.key }
        for (customer, seen) in makeable.prefix(Self.mostInARun) {
            // A customer without a list of projects is one project of the same name.
            let own = seen.projects.isEmpty ? [customer.text] : seen.projects.sorted()
            guard own.allSatisfy({ isIdentifier($0) && !projects.contains($0) }) else { continue }
            projects.formUnion(own)
            let from = rule.from ?? workspace.business.zone.day(of: seen.firstEvent)
            let path = "customers/\(customer).yaml"
            do {
                if writes { try write(text(customer, rule, from, projects: seen.projects.sorted()), to: path) }
                outcome.isAnyWritten = outcome.isAnyWritten || writes
                let terms = rule.plan.map { "the plan \"\($0)\" from \(from)" } ?? "the default plan"
                outcome.findings.append(
                    Finding(
                        .warning, .customerCreated,
                        "the customer \"\(customer)\" \(writes ? "was" : "would be") made, on \(terms)",
                        at: Place(file: path),
                        notes: [
                            "an export named them first, on \(seen.firstEvent); complete the file: name, address, tax id"
                        ]))
            } catch {
                outcome.findings.append(
                    Finding(
                        .cannotWrite, "the customer \"\(customer)\" cannot be made: \(error.localizedDescription)",
                        at: Place(file: path), notes: ["their rows are set aside"]))
            }
        }
        if makeable.count > Self.mostInARun {
            outcome.findings.append(
                Finding(
                    .unknownCustomer,
                    "exports name \(makeable.count) new customers; \(Self.mostInARun) are made in one run",
                    notes: ["the rows of the others are set aside; run again if they are meant"]))
        }
        return outcome
    }

    /// As the reader of customers wants ids, and as files are found.
    private func isIdentifier(_ text: String) -> Bool {
        let isPlain = !text.unicodeScalars.contains { scalar in
            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
                || "\"'\\/".unicodeScalars.contains(scalar)
        }
        return isPlain && !text.isEmpty && text.utf8.count <= 100 && !text.hasPrefix(".")
    }

    private func text(
        _ customer: CustomerID, _ rule: NewCustomers, _ from: CalendarDay, projects: [String]
    ) -> String {
        var lines = [
            "# Made by billwright, because an export named this customer (unknown_customers: create).",
            "id: \"\(customer)\"", "name: \"\(customer)\"",
        ]
        if let currency = (rule.plan ?? workspace.business.defaultPlan).flatMap({ workspace.plans[$0] })?.currency,
            currency != workspace.business.currency
        {
            lines.append("currency: \(currency.code)")
        }
        if let tax = rule.tax { lines.append("tax: \(quoted(tax))") }
        if !rule.tags.isEmpty { lines.append("tags: [\(rule.tags.map(quoted).joined(separator: ", "))]") }
        if !projects.isEmpty { lines += ["projects:"] + projects.map { "  - { id: \(quoted($0)) }" } }
        if let plan = rule.plan { lines += ["subscriptions:", "  - { plan: \(quoted(plan.text)), from: \(from) }"] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// As YAML's single quotes want it.
    private func quoted(_ text: String) -> String { "'\(text.replacingOccurrences(of: "'", with: "''"))'" }

    /// A file that is there already, whatever is in it, is somebody's.
    private func write(_ text: String, to path: String) throws {
        let target = root + "/" + path
        guard !FileManager.default.fileExists(atPath: target) else {
            throw CocoaError(.fileWriteFileExists)
        }
        try FileManager.default.createDirectory(atPath: root + "/customers", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: target), options: .atomic)
    }
}
