import BillingTerms
import Foundation
import GRDB

/// How values stand in the tables, and how they are read back: a text that is not one of ours is damage, never a
/// reason to guess.
enum Stored {
    struct Unreadable: Error {
        var what: String
    }

    static func decimal(_ text: String) throws -> ExactDecimal {
        guard let value = try? ExactDecimal(parsing: text) else { throw Unreadable(what: "\(text) is not a number") }
        return value
    }

    static func day(_ text: String) throws -> CalendarDay {
        guard let day = CalendarDay(iso: text) else { throw Unreadable(what: "\(text) is not a day") }
        return day
    }

    static func days(_ first: String, _ end: String) throws -> ServicePeriod {
        let (start, end) = (try day(first), try day(end))
        guard start < end else { throw Unreadable(what: "\(start) to \(end) is not a period") }
        return ServicePeriod(start: start, end: end)
    }

    static func currency(_ code: String) throws -> Currency {
        guard let currency = Currency(code: code) else { throw Unreadable(what: "no currency has the code \(code)") }
        return currency
    }

    /// Whole minor units.
    static func money(_ minorUnits: String, _ currencyCode: String) throws -> Money {
        guard let units = Int128(minorUnits) else { throw Unreadable(what: "\(minorUnits) is not an amount") }
        return Money(minorUnits: units, currency: try currency(currencyCode))
    }

    /// Digits with a point.
    static func amount(_ text: String, _ currencyCode: String) throws -> Money {
        let currency = try currency(currencyCode)
        guard let units = try decimal(text).coefficient(atScale: currency.minorDigits) else {
            throw Unreadable(what: "\(text) is not an amount in \(currency)")
        }
        return Money(minorUnits: units, currency: currency)
    }

    static func choice<Choice: RawRepresentable>(_ text: String, _ what: String) throws -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else { throw Unreadable(what: "\(text) is not a \(what)") }
        return choice
    }

    static func ledgerAccount(_ text: String) throws -> LedgerAccount {
        guard let ledgerAccount = LedgerAccount(text: text) else {
            throw Unreadable(what: "\(text) is not a ledger account")
        }
        return ledgerAccount
    }

    /// Text of unknown origin, for a column of type ANY: a NUL would end an SQLite text, so such text is kept as a blob.
    static func foreign(_ text: String?) -> (any DatabaseValueConvertible)? {
        guard let text else { return nil }
        return text.utf8.contains(0) ? Data(text.utf8) : text
    }

    static func foreign(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .string(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        case .null, .int64, .double: nil
        }
    }
}
