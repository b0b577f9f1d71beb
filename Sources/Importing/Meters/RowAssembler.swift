import BillingTerms
import Catalog

/// Why a row cannot be billed. The numbers are compared on the hot path; what they say to a person is `RowDiagnosis`'s.
enum RowFault: UInt8, Sendable {
    case none = 0
    case rowShape, malformed
    case customerMissing, customerUnknown
    case projectMissing, projectUnknown
    case meterMissing, meterUnknown
    case valueMissing, valueBad
    case timeMissing, timeBad, timeInFuture
    case dimensionTooLong
    case cancelBad, cancelledMissing
    /// No fault: the row takes back an event.
    case cancellation
}

/// Makes a record of a row's fields, or says which of them keeps it from being one. One for each thread, which is why
/// no access of its state needs to be watched.
final class RowAssembler {
    let catalog: MeterCatalog
    let key: IdentityKey

    /// The row's texts: those of `MeterField` in its order, then those of the catalog's dimensions.
    let cells: UnsafeMutablePointer<TextCell>
    let cellCount: Int
    static let firstDimension = 7
    /// Amberflo takes 200 characters; every distinct value is kept in memory and may stand on an invoice.
    static let mostDimensionBytes = 1_000

    /// What could be found of the row before its fault.
    @exclusivity(unchecked) private(set) var customer = -1
    @exclusivity(unchecked) private(set) var project = -1
    @exclusivity(unchecked) private(set) var meter = -1

    // Set for each text that is read.
    @exclusivity(unchecked) var seeds: (UInt64, UInt64) = (0, 0)
    @exclusivity(unchecked) var zone: BillingZone?
    /// Events behind this instant lie in the future.
    @exclusivity(unchecked) var latest = Int64.max

    let series: SeriesNumbers
    let distinctValues: [TextTable]
    @exclusivity(unchecked) private(set) var wideValues: [ExactDecimal] = []
    @exclusivity(unchecked) private var time = QuickTime()
    /// The most fraction digits that a compact quantity of each meter had.
    @exclusivity(unchecked) private(set) var scales: [UInt8]

    init(catalog: MeterCatalog, key: IdentityKey) {
        self.catalog = catalog
        self.key = key
        assert(RowAssembler.firstDimension == MeterField.allCases.count)
        cellCount = RowAssembler.firstDimension + catalog.dimensions.count
        cells = .allocate(capacity: cellCount)
        cells.initialize(repeating: .absent, count: cellCount)
        series = SeriesNumbers(catalog)
        scales = Array(repeating: 0, count: catalog.meters.count)
        distinctValues = catalog.dimensions.map { _ in TextTable() }
    }

    deinit { cells.deallocate() }

    static func index(of field: MeterField) -> Int {
        switch field {
        case .identity: identity
        case .customer: 1
        case .project: 2
        case .meter: 3
        case .value: 4
        case .time: 5
        case .cancel: cancel
        }
    }
    private static let identity = 0
    private static let cancel = 6

    func clearCells() {
        cells.update(repeating: .absent, count: cellCount)
    }

    /// For events of several meters.
    func setMeter(_ meter: TextCell, value: TextCell) {
        cells[3] = meter
        cells[4] = value
    }

    /// Reads the cells into a record without its place. The order of the checks is that in which a person would look:
    /// who, where, what, how much, when.
    @inline(__always)
    func assemble(_ record: inout EventRecord) -> RowFault {
        if cells[RowAssembler.cancel].start != nil {
            let mark = readCancellationMark()
            if mark != .none { return mark }
        }
        let fault = findOwner()
        if fault != .none { return fault }
        let valueFault = readValue(&record)
        if valueFault != .none { return valueFault }
        let (timeFault, instant) = readTime()
        record.instant = instant
        if timeFault != .none { return timeFault }
        readIdentity(&record)
        let (seriesFault, series) = readSeries()
        record.series = series
        if seriesFault != .none { return seriesFault }
        if catalog.uniqueDimensionOfMeter[meter] < 0 { return .none }
        let (distinctFault, distinctValue) = readDistinctValue()
        record.distinctValue = distinctValue
        return distinctFault
    }

    @inline(__always)
    private func findOwner() -> RowFault {
        (customer, project, meter) = (-1, -1, -1)
        guard !cells[1].isEmpty else { return .customerMissing }
        guard let customer = catalog.customerTable.find(cells[1]) else { return .customerUnknown }
        self.customer = Int(customer)
        if cells[2].isEmpty {
            project = catalog.defaultProjects[self.customer]
            if project < 0 { return .projectMissing }
        } else {
            guard let project = catalog.projectTable.find(cells[2]),
                Int(catalog.ownerOfProject[Int(project)]) == self.customer
            else { return .projectUnknown }
            self.project = Int(project)
        }
        guard !cells[3].isEmpty else { return .meterMissing }
        guard let meter = catalog.meterTable.find(cells[3]) else { return .meterUnknown }
        self.meter = Int(meter)
        return .none
    }

    @inline(__always)
    private func readValue(_ record: inout EventRecord) -> RowFault {
        if let start = cells[4].start, let quick = QuickDecimal.read(start, cells[4].count) {
            record.mantissa = quick.mantissa
            record.location = note(scale: quick.scale)
            return .none
        }
        // The record is not passed on: it lives in registers, and a function that writes to it would end that.
        let (fault, mantissa, location) = readUnusualValue()
        record.mantissa = mantissa
        record.location = location
        return fault
    }

    /// The scale as it stands in a record's location.
    @inline(__always)
    private func note(scale: Int) -> UInt64 {
        if scale > Int(scales[meter]) { scales[meter] = UInt8(truncatingIfNeeded: scale) }
        return UInt64(truncatingIfNeeded: scale) << EventRecord.scaleShift
    }

    @inline(never)
    private func readUnusualValue() -> (fault: RowFault, mantissa: Int64, location: UInt64) {
        if cells[4].isEmpty {
            guard cells[4].start == nil, catalog.countsEvents[meter] else { return (.valueMissing, 0, 0) }
            return (.none, 1, 0)
        }
        guard let value = try? ExactDecimal(parsing: cells[4].bytes) else { return (.valueBad, 0, 0) }
        if let compact = QuickDecimal.compact(value) { return (.none, compact.mantissa, note(scale: compact.scale)) }
        wideValues.append(value)
        return (.none, Int64(wideValues.count - 1), EventRecord.isWide)
    }

    @inline(__always)
    private func readTime() -> (fault: RowFault, instant: Int64) {
        guard let start = cells[5].start, let instant = time.read(start, cells[5].count) else {
            return readUnusualTime()
        }
        return (instant <= latest ? .none : .timeInFuture, instant)
    }

    @inline(never)
    private func readUnusualTime() -> (fault: RowFault, instant: Int64) {
        if cells[5].isEmpty { return (.timeMissing, 0) }
        guard let instant = try? Timestamp(parsing: cells[5].bytes, zone: zone) else { return (.timeBad, 0) }
        return (instant.nanoseconds <= latest ? .none : .timeInFuture, instant.nanoseconds)
    }

    @inline(__always)
    private func readIdentity(_ record: inout EventRecord) {
        if let start = cells[RowAssembler.identity].start, cells[RowAssembler.identity].count > 0 {
            record.identity = key.fingerprint(start, cells[RowAssembler.identity].count, seeds: seeds)
        } else {
            record.location |= EventRecord.hasNoIdentity
            // Any partition will do; spread, so that none grows larger than the others.
            let spread = UInt64(bitPattern: record.instant) &* 0x9E37_79B9_7F4A_7C15
            record.identity = (spread, spread)
        }
    }

    @inline(__always)
    private func readSeries() -> (fault: RowFault, series: UInt32) {
        var values: UInt32 = 0
        for place in catalog.declarations(ofMeter: meter) {
            let dimension = catalog.declaredDimension(place)
            let cell = cells[RowAssembler.firstDimension + dimension]
            if cell.count > RowAssembler.mostDimensionBytes { return (.dimensionTooLong, 0) }
            values = series.append(cell, of: dimension, to: values)
        }
        return (.none, series.number(project: project, meter: meter, values: values))
    }

    @inline(never)
    private func readDistinctValue() -> (fault: RowFault, number: UInt32) {
        let unique = catalog.uniqueDimensionOfMeter[meter]
        let cell = cells[RowAssembler.firstDimension + unique]
        if cell.count > RowAssembler.mostDimensionBytes { return (.dimensionTooLong, 0) }
        let value = TextCell(start: cell.start ?? TextTable.nowhere, count: cell.count)
        return (.none, distinctValues[unique].number(for: value))
    }

    /// Whether the row is a cancellation. Of what it says beside the id and the meter, nothing counts.
    @inline(never)
    private func readCancellationMark() -> RowFault {
        switch String(cells[RowAssembler.cancel].string.prefix(6)).lowercased() {
        case "", "false", "0", "no": .none
        case "true", "1", "yes": cells[RowAssembler.identity].isEmpty ? .cancelledMissing : .cancellation
        default: .cancelBad
        }
    }

    /// The events that the cancellation in the cells may mean: that of its id; and where its event held several meters,
    /// that of the meter it names, or all of them.
    func cancellation(at place: UInt64) -> EventCancellation {
        let id = cells[RowAssembler.identity]
        let whole = key.fingerprint(id.start ?? TextTable.nowhere, id.count, seeds: seeds)
        let name = String(id.string.prefix(100))
        if let meter = cells[3].start, cells[3].count > 0 {
            let part = key.fingerprint(meter, cells[3].count, seeds: whole)
            return EventCancellation(name: name, place: place, identities: [part, whole])
        }
        let parts = catalog.meters.map { key.identity(ofMeter: $0.id.text, in: whole) }
        return EventCancellation(name: name, place: place, identities: [whole] + parts)
    }

    /// Gives the event of one meter of a row with several an identity of its own.
    func readIdentityOfMeter(_ record: inout EventRecord) {
        guard record.location & EventRecord.hasNoIdentity == 0, let start = cells[3].start else { return }
        record.identity = key.fingerprint(start, cells[3].count, seeds: record.identity)
    }
}
