import BillingTerms
import FileFormats

/// Reads `catalog/exchange-rates.csv`: `date,from,to,rate,source`.
struct ExchangeRatesFile {
    let path: String
    let context: ConfigurationContext

    private static let columns = ["date", "from", "to", "rate", "source"]

    func read(absolutePath: String) -> ExchangeRates {
        do throws(FileFormatError) {
            return ExchangeRates(try rates(CSVReader(source: .open(path: absolutePath))))
        } catch {
            context.report(
                .brokenFile, error.message, at: Place(file: path, line: error.line, column: error.column))
            return ExchangeRates()
        }
    }

    private func rates(_ reader: CSVReader) throws(FileFormatError) -> [ExchangeRates.Rate] {
        guard reader.header == Self.columns else {
            context.report(
                .invalidValue, "the columns must be \(Self.columns.joined(separator: ",")), in this order",
                at: Place(file: path, line: 1, column: 1, excerpt: reader.header.joined(separator: ",")))
            return []
        }
        var rates: [ExchangeRates.Rate] = []
        var seen: [String: Int] = [:]
        while try reader.next() {
            guard reader.fieldCount == Self.columns.count else {
                report(reader, 0, "the row has \(reader.fieldCount) fields, not \(Self.columns.count)")
                continue
            }
            guard let rate = rate(reader) else { continue }
            let key = "\(rate.date) \(rate.from) \(rate.to)"
            if let first = seen[key] {
                report(reader, 0, "there is a second rate for \(key)", notes: ["the first is in line \(first)"])
                continue
            }
            seen[key] = reader.line
            rates.append(rate)
        }
        return rates
    }

    private func rate(_ reader: CSVReader) -> ExchangeRates.Rate? {
        let date = CalendarDay(iso: reader.string(0))
        if date == nil { report(reader, 0, "\"\(reader.string(0))\" is not a day such as 2026-01-31") }
        let from = currency(reader, 1)
        let to = currency(reader, 2)
        let rate = try? ExactDecimal(parsing: reader.field(3))
        if rate.map({ $0.signum <= 0 }) ?? true {
            report(reader, 3, "\"\(reader.string(3))\" is not a rate: a decimal number above zero such as 0.9213")
            return nil
        }
        guard let date, let from, let to, let rate else { return nil }
        return ExchangeRates.Rate(date: date, from: from, to: to, rate: rate, source: reader.string(4))
    }

    private func currency(_ reader: CSVReader, _ field: Int) -> Currency? {
        let code = reader.string(field)
        if let currency = Currency(code: code) { return currency }
        let near = nearestName(to: code, among: Currency.knownCodes)
        report(
            reader, field, "\"\(code)\" is not a currency code of ISO 4217",
            notes: near.map { ["nearest: \"\($0)\""] } ?? [])
        return nil
    }

    private func report(_ reader: CSVReader, _ field: Int, _ message: String, notes: [String] = []) {
        let place = Place(
            file: path, line: reader.line, column: reader.column(ofField: field),
            excerpt: String(decoding: reader.recordBytes, as: UTF8.self), width: max(1, reader.string(field).count))
        context.report(.invalidValue, message, at: place, notes: notes)
    }
}
