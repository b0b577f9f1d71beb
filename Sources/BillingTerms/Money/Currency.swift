/// A currency of ISO 4217, with the digits of its minor unit.
///
/// Its place in the list of codes stands for it: every amount of a bill carries one.
package struct Currency: Hashable, Sendable {
    private let place: UInt8
    private let digits: UInt8

    /// Nil when the list of active codes (ISO 4217 list one, 2024) has no such code; codes are upper case there.
    package init?(code: String) {
        guard let place = Currency.places[code], let digits = Currency.minorDigitsByCode[code] else { return nil }
        self.place = place
        self.digits = digits
    }

    /// The alphabetic code, `EUR`.
    package var code: String { Currency.knownCodes[Int(place)] }
    /// Digits after the point in which amounts are rounded and paid: 2 for most, 0 for JPY, 3 for KWD.
    package var minorDigits: Int { Int(digits) }

    /// Rising.
    package static let knownCodes = minorDigitsByCode.keys.sorted()

    private static let places = Dictionary(uniqueKeysWithValues: zip(knownCodes, UInt8(0)...))

    private static let minorDigitsByCode: [String: UInt8] = {
        var table: [String: UInt8] = [:]
        for (digits, codes) in codesByMinorDigits {
            for code in codes.split(separator: " ") { table[String(code)] = digits }
        }
        return table
    }()

    private static let codesByMinorDigits: [(UInt8, String)] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (
            2,
            """
            AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
            CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD \
            HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT \
            MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR \
            SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU \
            UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
            """
        ),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ]
}

extension Currency: Comparable, CustomStringConvertible {
    package static func < (left: Currency, right: Currency) -> Bool { left.place < right.place }
    package var description: String { code }
}

extension Currency: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let code = try container.decode(String.self)
        guard let currency = Currency(code: code) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no currency has the code \(code)")
        }
        self = currency
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}
