import BillingTerms

/// Where value lies in the books. Accounts are kept from the customer's side: a positive posting (a debit) is value
/// that the account receives, a negative one (a credit) value that it gives away.
///
/// The text in the ledger is `kind:<customer>/<what>`, with `%` and `/` inside an id written as `%25` and `%2F`, so that
/// one text means one account.
package enum LedgerAccount: Hashable, Sendable {
    /// What the customer still holds of a credit grant.
    case creditGrant(CustomerID, CreditGrantID)
    /// What a grant settled of the customer's invoices.
    case creditUsed(CustomerID, CreditGrantID)
    /// What a grant lost at its expiry.
    case creditExpired(CustomerID, CreditGrantID)
    /// What a reward put into the grant that holds what it earned in one period.
    case creditEarned(CustomerID, CreditGrantID)
    /// What a promotion may still take off, where it is capped in total.
    case promotion(CustomerID, PromotionID)
    /// What a promotion took off the customer's invoices.
    case promotionGiven(CustomerID, PromotionID)
    /// What the customer has promised to spend and not spent yet.
    case commitment(CustomerID, CommitmentID)
    /// What the customer's invoices came to of a promise.
    case commitmentSpent(CustomerID, CommitmentID)

    package var text: String {
        switch self {
        case .creditGrant(let customer, let grant): LedgerAccount.text("credit-grant", customer.text, grant.text)
        case .creditUsed(let customer, let grant): LedgerAccount.text("credit-used", customer.text, grant.text)
        case .creditExpired(let customer, let grant): LedgerAccount.text("credit-expired", customer.text, grant.text)
        case .creditEarned(let customer, let grant): LedgerAccount.text("credit-earned", customer.text, grant.text)
        case .promotion(let customer, let promotion): LedgerAccount.text("promotion", customer.text, promotion.text)
        case .promotionGiven(let customer, let promotion):
            LedgerAccount.text("promotion-given", customer.text, promotion.text)
        case .commitment(let customer, let commitment):
            LedgerAccount.text("commitment", customer.text, commitment.text)
        case .commitmentSpent(let customer, let commitment):
            LedgerAccount.text("commitment-spent", customer.text, commitment.text)
        }
    }

    /// Nil for a text that this version has no account for.
    package init?(text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let names = text[text.utf8.index(after: colon)...].utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard names.count == 2, let first = LedgerAccount.unescaped(names[0]),
            let second = LedgerAccount.unescaped(names[1])
        else { return nil }
        let customer = CustomerID(first)
        switch text[..<colon] {
        case "credit-grant": self = .creditGrant(customer, CreditGrantID(second))
        case "credit-used": self = .creditUsed(customer, CreditGrantID(second))
        case "credit-expired": self = .creditExpired(customer, CreditGrantID(second))
        case "credit-earned": self = .creditEarned(customer, CreditGrantID(second))
        case "promotion": self = .promotion(customer, PromotionID(second))
        case "promotion-given": self = .promotionGiven(customer, PromotionID(second))
        case "commitment": self = .commitment(customer, CommitmentID(second))
        case "commitment-spent": self = .commitmentSpent(customer, CommitmentID(second))
        default: return nil
        }
    }

    private static func text(_ kind: String, _ customer: String, _ thing: String) -> String {
        kind + ":" + escaped(customer) + "/" + escaped(thing)
    }

    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "/") }) else { return name }
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "%"): bytes += Array("%25".utf8)
            case UInt8(ascii: "/"): bytes += Array("%2F".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ name: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = name[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let code = Array(rest.prefix(2))
            rest = rest.dropFirst(2)
            if code == Array("25".utf8) {
                bytes.append(UInt8(ascii: "%"))
            } else if code == Array("2F".utf8) {
                bytes.append(UInt8(ascii: "/"))
            } else {
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension LedgerAccount: CustomStringConvertible {
    package var description: String { text }
}
