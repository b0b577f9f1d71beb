/// The stable names of everything that billwright reports. Scripts may rely on them; the README lists them, and
/// `Tests/Errors/<code>` fixes each one's text.
package enum FindingCode: String, Sendable, Codable, CaseIterable {
    // Configuration.
    case fileMissing = "file-missing"
    case yamlSyntax = "yaml-syntax"
    case unknownFile = "unknown-file"
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case wrongType = "wrong-type"
    case invalidValue = "invalid-value"
    case duplicateID = "duplicate-id"
    case unknownReference = "unknown-reference"
    case tierOrder = "tier-order"
    case periodOrder = "period-order"
    case currencyMismatch = "currency-mismatch"
    case contradiction
    case exampleDiffers = "example-differs"
    case literalSecret = "literal-secret"
    case unreachableRule = "unreachable-rule"
    case priceOverlap = "price-overlap"

    // Files as a whole: refused, nothing of them is taken.
    case unreadableFile = "unreadable-file"
    case brokenFile = "broken-file"
    case unknownFormat = "unknown-format"
    case missingPart = "missing-part"
    case inputMissing = "input-missing"
    case inputReplaced = "input-replaced"
    case superseded = "superseded"
    case unsettledFile = "unsettled-file"

    // Rows of meter exports.
    case badNumber = "bad-number"
    case badTime = "bad-time"
    case missingField = "missing-field"
    case rowShape = "row-shape"
    case malformedRecord = "malformed-record"
    case unknownCustomer = "unknown-customer"
    case unknownMeter = "unknown-meter"
    case unknownProject = "unknown-project"
    case eventConflict = "event-conflict"
    case unknownColumns = "unknown-columns"
    case unfinishedRow = "unfinished-row"
    case futureEvent = "future-event"
    case lateEvents = "late-events"
    case badCancellation = "bad-cancellation"
    case unknownEvent = "unknown-event"
    case cancelledEvents = "cancelled-events"
    case ignoredRows = "ignored-rows"
    case customerCreated = "customer-created"
    case filteredEvents = "filtered-events"
    case oddSwitch = "odd-switch"

    // Provider bills.
    case badCurrency = "bad-currency"
    case unknownLineType = "unknown-line-type"
    case emptyCost = "empty-cost"
    case billDiffers = "bill-differs"
    case amortisedBill = "amortised-bill"
    case unassignedCost = "unassigned-cost"
    case unbilledCost = "unbilled-cost"

    // Rating and invoicing: the customer is parked, the others are billed.
    case unpricedUsage = "unpriced-usage"
    case missingRate = "missing-rate"
    case negativeUsage = "negative-usage"
    case noSubscription = "no-subscription"
    case amountTooLarge = "amount-too-large"
    case totalsDiffer = "totals-differ"
    case lowCredit = "low-credit"
    case rewardGone = "reward-gone"

    // Runs.
    case periodOpen = "period-open"
    case laterDrafts = "later-drafts"
    case quarantinedRows = "quarantined-rows"
    case cannotWrite = "cannot-write"
    case readBack = "read-back"
    case locked = "locked"
    case ledgerDamaged = "ledger-damaged"

    /// What it means and what to do, in a sentence or two.
    package var explanation: String {
        switch self {
        case .fileMissing: "a file that every workspace needs is not there"
        case .yamlSyntax: "the file is not YAML; nothing in it could be read"
        case .unknownFile: "a file in the configuration that nothing reads, usually a typing error in its name"
        case .unknownKey:
            "a key that this kind of file does not have, usually a typing error; the nearest known key is named"
        case .missingKey: "a key that must be there is not"
        case .wrongType: "a list stands where a text belongs, a text where a mapping belongs, and so on"
        case .invalidValue: "the value is not one of those that the key takes"
        case .duplicateID: "two things of one kind have the same id; both places are named"
        case .unknownReference: "an id is named that nothing in the workspace has; the nearest known one is named"
        case .tierOrder: "tiers must rise, and only the last one is open"
        case .periodOrder: "something ends before it begins, or two of its kind overlap"
        case .currencyMismatch:
            "a customer is on a plan, or holds a credit, in another currency than the one they are billed in"
        case .contradiction: "two parts of the configuration that cannot both hold; both are named"
        case .exampleDiffers: "a plan comes to other amounts than one of its own examples says"
        case .literalSecret:
            "a secret, or what may be one, stands where a reference to it belongs; findings do not show it"
        case .unreachableRule:
            "an assignment rule that no charge can match, or that another rule always takes the decision from"
        case .priceOverlap:
            "two items of a plan price the same usage, which is charged for both; `beside` says that it is meant"
        case .unreadableFile: "the file cannot be opened or read"
        case .brokenFile: "the file's structure is broken (cut, unclosed quote, wrong checksum): it is refused whole"
        case .unknownFormat: "the content matches no format that billwright reads"
        case .missingPart: "a manifest names a part that is not there: the whole delivery is left out until it is"
        case .inputMissing:
            "a file that an earlier run billed from is no longer there, so the period cannot be repeated"
        case .inputReplaced: "a file holds other content than when it was imported; the present content is used"
        case .superseded: "an older delivery of a provider's month, replaced by a newer one; it is not billed"
        case .unsettledFile:
            "a file that changed a moment ago: it may still be written to, and is left for the next run"
        case .badNumber: "a quantity or an amount that is not a plain decimal number; the row is set aside"
        case .badTime: "a time that cannot be read, or that does not exist; the row is set aside"
        case .missingField: "a row without a customer, a meter, a value or a time; the row is set aside"
        case .rowShape: "a row with more or fewer fields than its header; the row is set aside"
        case .malformedRecord: "a line that is not a JSON object; the row is set aside"
        case .unknownCustomer: "usage of a customer that the workspace does not have; the row is set aside"
        case .unknownMeter: "usage of a meter that catalog/meters.yaml does not have; the row is set aside"
        case .unknownProject: "usage of a project that its customer does not have; the row is set aside"
        case .eventConflict: "two events have one id and different content: the first is kept, the second set aside"
        case .unknownColumns: "keys or columns that nothing uses, reported once a file"
        case .unfinishedRow:
            "a CSV file without a line end behind its last row, whose last column counts: it may have been cut there"
        case .futureEvent:
            "an event whose time is still to come (`future_events`); the row is set aside until then"
        case .lateEvents:
            "events, or cancellations of events, of days that were billed before they arrived (`late_events`)"
        case .badCancellation: "a mark of cancellation that is neither true nor false; the row is set aside"
        case .unknownEvent:
            "a cancellation of an event that no file has brought, or one in catalog/cancellations.yaml that matches none"
        case .cancelledEvents: "how many events are cancelled, and what they held: they are kept and not billed"
        case .ignoredRows: "rows of meters or customers that nobody knows, passed over as billwright.yaml says"
        case .customerCreated: "a customer whom an export named first was made, as `new_customers` says"
        case .filteredEvents: "events that a meter's own filter leaves out; nothing of them is billed"
        case .oddSwitch: "events of a duration that are neither 1 (opens) nor 0 (closes); they count as 1"
        case .badCurrency: "an amount in a currency that ISO 4217 does not have; the row is set aside"
        case .unknownLineType: "a kind of charge that billwright does not know: kept as money, and reported"
        case .emptyCost: "rows without a cost, of a format that leaves it empty where it is 0"
        case .billDiffers:
            "a bill's charges do not come to the total that the bill itself states; the difference is named"
        case .amortisedBill: "a bill in the amortised view, which is not what the provider invoices"
        case .unassignedCost: "provider cost of an account that no project owns: listed and totalled, billed to nobody"
        case .unbilledCost: "provider cost of a project that no product item of its customer's plan takes up"
        case .unpricedUsage: "usage of a meter that no product item of the customer's plan prices"
        case .missingRate:
            "no exchange rate for a currency pair and date: the customer is parked, never billed at a stand-in"
        case .negativeUsage: "a meter's total for a period is below zero; the amount follows it, check the corrections"
        case .noSubscription: "usage or cost on days for which the customer has no subscription"
        case .amountTooLarge: "an amount beyond 30 digits; the customer is parked"
        case .totalsDiffer: "the consolidated invoice is not the sum of its projects: the run fails, this is a bug"
        case .lowCredit: "less is left of a credit grant than its \"alert_below\""
        case .rewardGone: "credit was earned by a reward that the catalog no longer has: it cannot be used"
        case .periodOpen: "the period is not over yet in some customer's zone; the drafts will change"
        case .laterDrafts: "a later period was already run: run it again, its credit balances follow this one's"
        case .quarantinedRows: "how many rows of a file are set aside, and what they hold as far as that is known"
        case .cannotWrite: "an output cannot be written; the previous outputs are untouched"
        case .readBack: "a written file does not hold what was meant to be in it; nothing is published"
        case .locked: "another run works in this workspace"
        case .ledgerDamaged: "the ledger cannot be used: damaged, from a newer version, or not a ledger"
        }
    }
}
