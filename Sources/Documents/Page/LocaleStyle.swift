import BillingTerms

/// How numbers and dates are written in a customer's locale. An own table, after CLDR: it is fast, and a document does
/// not change when the system's locale data does.
struct LocaleStyle: Sendable {
    let decimalSign: String
    let groupSign: String
    /// Before the currency sign where it stands behind the number, and before a percent sign.
    private let symbolFollows: Bool
    private let percentGap: String
    private let order: DateOrder

    private enum DateOrder { case monthNameFirst, dayNameMiddle, dayPoints, daySlashes, yearSlashes, yearPoints, iso }

    init(locale: String) {
        let language = LocaleStyle.language(of: locale)
        let region = locale.split(whereSeparator: { $0 == "-" || $0 == "_" }).dropFirst().last.map(String.init)
        switch language {
        case "de":
            self.init(
                ",", region == "CH" || region == "LI" ? "\u{2019}" : ".", follows: true, percentGap: "\u{A0}",
                .dayPoints)
        case "fr": self.init(",", "\u{202F}", follows: true, percentGap: "\u{202F}", .daySlashes)
        case "ja": self.init(".", ",", follows: false, percentGap: "", .yearSlashes)
        case "ko": self.init(".", ",", follows: false, percentGap: "", .yearPoints)
        case "en":
            let american = region == nil || region == "US"
            self.init(".", ",", follows: false, percentGap: "", american ? .monthNameFirst : .dayNameMiddle)
        default: self.init(".", ",", follows: false, percentGap: "", .iso)
        }
    }

    private init(_ decimal: String, _ group: String, follows: Bool, percentGap: String, _ order: DateOrder) {
        decimalSign = decimal
        groupSign = group
        symbolFollows = follows
        self.percentGap = percentGap
        self.order = order
    }

    static func language(of locale: String) -> String {
        String(locale.prefix { $0 != "-" && $0 != "_" }).lowercased()
    }

    // MARK: Numbers

    /// Every digit, grouped.
    func number(_ value: ExactDecimal) -> String {
        let digits = value.magnitude.description
        let point = digits.utf8.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
        var text = value.isNegative ? "-" : ""
        text += grouped(digits[..<point])
        if point < digits.endIndex { text += decimalSign + digits[digits.utf8.index(after: point)...] }
        return text
    }

    /// A quantity: without zeros at the end of its fraction.
    func quantity(_ value: ExactDecimal) -> String { number(value.normalized) }

    /// A unit price: all its digits, at least the currency's.
    func unitPrice(_ value: ExactDecimal, _ currency: Currency) -> String {
        let short = value.normalized
        return number(short.scale < currency.minorDigits ? short.rounded(to: currency.minorDigits) : short)
    }

    /// An amount without its currency, for a column whose heading names it.
    func amount(_ money: Money) -> String { number(money.decimal) }

    /// An amount with its currency: a sign where there is only one meaning to it, the ISO code otherwise.
    func money(_ money: Money) -> String {
        let digits = number(Money(minorUnits: abs(money.minorUnits), currency: money.currency).decimal)
        let sign = money.isNegative ? "-" : ""
        guard let symbol = LocaleStyle.symbols[money.currency.code] else {
            return symbolFollows
                ? sign + digits + "\u{A0}" + money.currency.code : sign + money.currency.code + "\u{A0}" + digits
        }
        return symbolFollows ? sign + digits + "\u{A0}" + symbol : sign + symbol + digits
    }

    /// A fraction as a percentage: 0.19 as `19%`.
    func percent(_ fraction: ExactDecimal) -> String { quantity(fraction * .hundred) + percentGap + "%" }

    func count(_ value: Int) -> String { number(ExactDecimal(value)) }

    private func grouped(_ digits: Substring) -> String {
        let count = digits.utf8.count
        guard count > 3 else { return String(digits) }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (count - index) % 3 == 0 { text += groupSign }
            text.append(digit)
        }
        return text
    }

    private static let symbols = ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "KRW": "₩", "INR": "₹"]

    // MARK: Dates

    func day(_ day: CalendarDay) -> String {
        let (year, month, number) = day.components
        switch order {
        case .monthNameFirst: return "\(LocaleStyle.months[month - 1]) \(number), \(year)"
        case .dayNameMiddle: return "\(number) \(LocaleStyle.months[month - 1]) \(year)"
        case .dayPoints: return "\(two(number)).\(two(month)).\(year)"
        case .daySlashes: return "\(two(number))/\(two(month))/\(year)"
        case .yearSlashes: return "\(year)/\(two(month))/\(two(number))"
        case .yearPoints: return "\(year). \(month). \(number)."
        case .iso: return day.description
        }
    }

    /// First and last day, both inside.
    func period(_ period: ServicePeriod) -> String {
        period.dayCount <= 1 ? day(period.start) : day(period.start) + " – " + day(period.lastDay)
    }

    private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
