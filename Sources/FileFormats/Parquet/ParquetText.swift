/// The text of a value, as a CSV export of the same table has it.
///
/// Integers and decimals are their exact digits. FLOAT and DOUBLE columns hold binary fractions: their text is the
/// shortest decimal that reads back to the same bits (`description` of Swift's floating-point types), which is what other
/// exports write too. Nothing is calculated with them. Times are RFC 3339, without a zone where the column has none.
struct ParquetText {
    let type: ParquetSchema.PhysicalType
    let meaning: ParquetMeaning
    let byteCount: Int

    /// 154 digits.
    static let mostDecimalBytes = 64

    init(_ leaf: ParquetSchema.Leaf) {
        type = leaf.type
        meaning = leaf.meaning
        byteCount = leaf.byteCount
    }

    /// A value as plain encoding has it, without the length of a byte array.
    func append(_ value: UnsafeRawBufferPointer, to arena: ParquetArena) throws(FileFormatError) {
        if type != .byteArray, type != .boolean, value.count != byteCount { throw .cutParquet }
        switch type {
        case .boolean: try append(value.first.map { Int64($0) } ?? 0, to: arena)
        case .int32: try append(Int64(Int32(littleEndian: value.loadUnaligned(as: Int32.self))), to: arena)
        case .int64: try append(Int64(littleEndian: value.loadUnaligned(as: Int64.self)), to: arena)
        case .int96: appendJulian(value, to: arena)
        case .float:
            arena.append(Float(bitPattern: UInt32(littleEndian: value.loadUnaligned(as: UInt32.self))).description)
        case .double:
            arena.append(Double(bitPattern: UInt64(littleEndian: value.loadUnaligned(as: UInt64.self))).description)
        case .byteArray, .fixedByteArray: try appendBytes(value, to: arena)
        }
    }

    /// The value of an INT32, INT64 or BOOLEAN column.
    func append(_ value: Int64, to arena: ParquetArena) throws(FileFormatError) {
        switch meaning {
        case .boolean: arena.append(value == 0 ? "false" as StaticString : "true")
        case .unsigned:
            arena.append(digits: type == .int32 ? UInt64(UInt32(truncatingIfNeeded: value)) : UInt64(bitPattern: value))
        case .decimal(let scale): appendDecimal(value, scale: scale, to: arena)
        case .date: appendDay(value, otherwise: (value, " days"), to: arena)
        case .time(let unit): appendTime(value, unit, to: arena)
        case .timestamp(let unit, let isUTC): appendTimestamp(value, unit, isUTC: isUTC, to: arena)
        case .unknown(let name): throw .unreadParquet("values of the type \(name) are not read")
        default:
            if value < 0 { arena.append(UInt8(ascii: "-")) }
            arena.append(digits: value.magnitude)
        }
    }

    private func appendBytes(_ value: UnsafeRawBufferPointer, to arena: ParquetArena) throws(FileFormatError) {
        switch meaning {
        case .decimal(let scale):
            guard value.count <= Self.mostDecimalBytes else {
                throw .unreadParquet("decimals of more than \(Self.mostDecimalBytes) bytes are not read")
            }
            appendDecimal(value, scale: scale, to: arena)
        case .uuid: appendUUID(value, to: arena)
        case .unknown(let name): throw .unreadParquet("values of the type \(name) are not read")
        default: arena.append(value)
        }
    }

    private func appendUUID(_ value: UnsafeRawBufferPointer, to arena: ParquetArena) {
        for (place, byte) in value.enumerated() {
            if [4, 6, 8, 10].contains(place) { arena.append(UInt8(ascii: "-")) }
            for digit in [byte >> 4, byte & 15] {
                arena.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}

// Decimals.
extension ParquetText {
    private func appendDecimal(_ value: Int64, scale: Int, to arena: ParquetArena) {
        if value < 0 { arena.append(UInt8(ascii: "-")) }
        if scale > 18 {
            append(limbs: [value.magnitude % Self.limb, value.magnitude / Self.limb], scale: scale, to: arena)
            return
        }
        let power = Self.powers[scale]
        arena.append(digits: value.magnitude / power)
        if scale > 0 {
            arena.append(UInt8(ascii: "."))
            arena.append(digits: value.magnitude % power, width: scale)
        }
    }

    private static let limb: UInt64 = 1_000_000_000
    private static let powers: [UInt64] = (0...18).reduce(into: []) { powers, _ in
        powers.append((powers.last.map { $0 * 10 }) ?? 1)
    }

    /// Two's complement, the highest byte first, of any length.
    private func appendDecimal(_ value: UnsafeRawBufferPointer, scale: Int, to arena: ParquetArena) {
        let isNegative = (value.first ?? 0) & 0x80 != 0
        if value.count <= 8 {
            let filled = value.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
            appendDecimal(filled, scale: scale, to: arena)
            return
        }
        var magnitude = Array(value)
        if isNegative {
            var carry = true
            for place in magnitude.indices.reversed() {
                magnitude[place] = ~magnitude[place]
                if carry { (magnitude[place], carry) = magnitude[place].addingReportingOverflow(1) }
            }
            arena.append(UInt8(ascii: "-"))
        }
        // Limbs of nine digits, the lowest first.
        var limbs: [UInt64] = [0]
        for byte in magnitude {
            var carry = UInt64(byte)
            for place in limbs.indices {
                carry += limbs[place] << 8
                limbs[place] = carry % Self.limb
                carry /= Self.limb
            }
            if carry > 0 { limbs.append(carry) }
        }
        append(limbs: limbs, scale: scale, to: arena)
    }

    private func append(limbs: [UInt64], scale: Int, to arena: ParquetArena) {
        let digits = ParquetArena(capacity: 256)
        for limb in limbs.reversed() { digits.append(digits: limb, width: 9) }
        let all = digits.bytes(0..<digits.count)
        let fractionStart = max(0, all.count - scale)
        let whole = all[..<fractionStart].drop { $0 == UInt8(ascii: "0") }
        if whole.isEmpty {
            arena.append(UInt8(ascii: "0"))
        } else {
            arena.append(UnsafeRawBufferPointer(rebasing: whole))
        }
        guard scale > 0 else { return }
        arena.append(UInt8(ascii: "."))
        for _ in 0..<max(0, scale - all.count) { arena.append(UInt8(ascii: "0")) }
        arena.append(UnsafeRawBufferPointer(rebasing: all[fractionStart...]))
    }
}

// Days and times. A value that no calendar of four-digit years has stays a number with its unit, which no reader of times
// accepts: the row is set aside.
extension ParquetText {
    private static let secondsOfDay: Int64 = 86_400

    private func appendTimestamp(_ value: Int64, _ unit: ParquetMeaning.Unit, isUTC: Bool, to arena: ParquetArena) {
        let (seconds, part) = Self.divided(value, by: unit.perSecond)
        let (day, second) = Self.divided(seconds, by: Self.secondsOfDay)
        guard appendDay(day, otherwise: (value, " \(unit)"), to: arena) else { return }
        arena.append(UInt8(ascii: "T"))
        appendClock(second, part, digits: unit.digits, to: arena)
        if isUTC { arena.append(UInt8(ascii: "Z")) }
    }

    /// As Spark and AWS write them, these are instants in UTC.
    private func appendJulian(_ value: UnsafeRawBufferPointer, to arena: ParquetArena) {
        let nanoseconds = Int64(littleEndian: value.loadUnaligned(as: Int64.self))
        let julianDay = Int64(UInt32(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        let (seconds, part) = Self.divided(nanoseconds, by: 1_000_000_000)
        let (days, second) = Self.divided(seconds, by: Self.secondsOfDay)
        guard appendDay(julianDay - 2_440_588 + days, otherwise: (julianDay, " Julian days"), to: arena) else { return }
        arena.append(UInt8(ascii: "T"))
        appendClock(second, part, digits: 9, to: arena)
        arena.append(UInt8(ascii: "Z"))
    }

    private func appendTime(_ value: Int64, _ unit: ParquetMeaning.Unit, to arena: ParquetArena) {
        let (seconds, part) = Self.divided(value, by: unit.perSecond)
        guard (0..<Self.secondsOfDay).contains(seconds) else {
            arena.append("\(value) \(unit)")
            return
        }
        appendClock(seconds, part, digits: unit.digits, to: arena)
    }

    /// The quotient downwards, and the rest, which is not negative.
    private static func divided(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// Days since 1970 as a date of the Gregorian calendar.
    @discardableResult
    private func appendDay(_ day: Int64, otherwise: (value: Int64, unit: String), to arena: ParquetArena) -> Bool {
        // 0001-01-01 to 9999-12-31.
        guard (-719_162...2_932_896).contains(day) else {
            arena.append("\(otherwise.value)\(otherwise.unit)")
            return false
        }
        // Counted from 1 March of year 0, in eras of 400 years, so that the leap day is a year's last.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        arena.append(digits: UInt64(year), width: 4)
        arena.append(UInt8(ascii: "-"))
        arena.append(digits: UInt64(month < 10 ? month + 3 : month - 9), width: 2)
        arena.append(UInt8(ascii: "-"))
        arena.append(digits: UInt64(dayOfMonth), width: 2)
        return true
    }

    /// The fraction without the zeros at its end.
    private func appendClock(_ second: Int64, _ part: Int64, digits: Int, to arena: ParquetArena) {
        let colon = UInt8(ascii: ":")
        arena.append(digits: UInt64(second / 3600), width: 2)
        arena.append(colon)
        arena.append(digits: UInt64(second / 60 % 60), width: 2)
        arena.append(colon)
        arena.append(digits: UInt64(second % 60), width: 2)
        guard part > 0 else { return }
        var part = part
        var digits = digits
        while part % 10 == 0 {
            part /= 10
            digits -= 1
        }
        arena.append(UInt8(ascii: "."))
        arena.append(digits: UInt64(part), width: digits)
    }
}
