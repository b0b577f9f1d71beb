import BillingTerms
import Catalog
import FileFormats

/// What is wrong with one row, for a person.
struct RowDiagnosis {
    var code: FindingCode
    /// What was expected and what was found.
    var reason: String
    /// What rows with this fault have in common, for findings about many: the unknown name, or nothing.
    var name = ""
    /// The text at fault.
    var cell = TextCell.absent
    /// The cell's number; -1 when the whole row is at fault.
    var cellNumber = -1
    /// The customer's place in the catalog, where one is known.
    var customer = -1
    var notes: [String] = []
}

extension RowAssembler {
    /// What `assemble` says of the cells.
    func check() -> RowFault {
        var record = EventRecord()
        return assemble(&record)
    }

    /// Explains the fault that `assemble` has just found in the cells.
    func diagnosis(of fault: RowFault) -> RowDiagnosis {
        switch fault {
        case .none, .rowShape, .malformed: RowDiagnosis(code: .malformedRecord, reason: "the row could not be read")
        case .customerMissing: missing(1, "the row names no customer")
        case .customerUnknown: unknown(1, .unknownCustomer) { "no customer has the id \($0)" }
        case .projectMissing:
            missing(2, "the row names no project, and customer \(quoted(cells[1])) has no default project")
        case .projectUnknown:
            unknown(2, .unknownProject) { "customer \(quoted(cells[1])) has no project \($0)" }
        case .meterMissing: missing(3, "the row names no meter")
        case .meterUnknown: unknown(3, .unknownMeter) { "no meter is named \($0)" }
        case .valueMissing:
            missing(4, "the row has no value" + (cells[4].start == nil ? ", and its meter does not count events" : ""))
        case .valueBad: wrong(4, .badNumber, valueRefusal?.explanation ?? "")
        case .timeMissing: missing(5, "the row has no time")
        case .timeBad: wrong(5, .badTime, timeRefusal?.explanation ?? "")
        case .timeInFuture: future
        case .dimensionTooLong: longDimension
        case .cancelBad: wrong(6, .badCancellation, "expected true or false")
        case .cancelledMissing:
            RowDiagnosis(
                code: .missingField, reason: "the row cancels an event and does not say which: it has no id",
                cell: cells[6], cellNumber: 6)
        case .cancellation: RowDiagnosis(code: .malformedRecord, reason: "the row cancels an event")
        }
    }

    /// Whether such rows are counted and passed over, here as they were when they were read.
    func isPassedOver(_ fault: RowFault) -> Bool {
        switch fault {
        case .cancellation: true
        case .customerUnknown: catalog.ignoresUnknownCustomers
        case .meterUnknown: catalog.ignoresUnknownMeters
        default: false
        }
    }

    private var longDimension: RowDiagnosis {
        let number = (RowAssembler.firstDimension..<cellCount).first {
            cells[$0].count > RowAssembler.mostDimensionBytes
        }
        let name = number.map { catalog.dimensions[$0 - RowAssembler.firstDimension] } ?? ""
        return RowDiagnosis(
            code: .malformedRecord,
            reason: "expected at most \(RowAssembler.mostDimensionBytes) bytes for the dimension \"\(name)\"",
            cell: number.map { cells[$0] } ?? .absent, cellNumber: number ?? -1)
    }

    private var future: RowDiagnosis {
        RowDiagnosis(
            code: .futureEvent, reason: "the time \(quoted(cells[5])) is still to come", cell: cells[5], cellNumber: 5,
            notes: ["it counts once its time has come; \"future_events: keep\" in billwright.yaml takes it now"])
    }

    private func missing(_ cell: Int, _ reason: String) -> RowDiagnosis {
        RowDiagnosis(code: .missingField, reason: reason, cell: cells[cell], cellNumber: cell)
    }

    private func unknown(_ cell: Int, _ code: FindingCode, _ reason: (String) -> String) -> RowDiagnosis {
        RowDiagnosis(
            code: code, reason: reason(quoted(cells[cell])), name: String(cells[cell].string.prefix(200)),
            cell: cells[cell], cellNumber: cell, customer: customer)
    }

    private func wrong(_ cell: Int, _ code: FindingCode, _ explanation: String) -> RowDiagnosis {
        RowDiagnosis(
            code: code, reason: "\(quoted(cells[cell])): \(explanation)", cell: cells[cell], cellNumber: cell)
    }

    private func quoted(_ cell: TextCell) -> String {
        let text = cell.string
        return text.count > 100 ? "\"\(text.prefix(100))…\"" : "\"\(text)\""
    }

    private var valueRefusal: DecimalRefusal? {
        do throws(DecimalRefusal) {
            _ = try ExactDecimal(parsing: cells[4].bytes)
            return nil
        } catch {
            return error
        }
    }

    private var timeRefusal: TimestampRefusal? {
        do throws(TimestampRefusal) {
            _ = try Timestamp(parsing: cells[5].bytes, zone: zone)
            return nil
        } catch {
            return error
        }
    }

    /// The row's texts as far as they could be read.
    var customerText: String? { cells[1].isEmpty ? nil : cells[1].string }
    var meterText: String? { cells[3].isEmpty ? nil : cells[3].string }
    var identityText: String { cells[RowAssembler.index(of: .identity)].string }
    var quantity: ExactDecimal? { cells[4].isEmpty ? nil : try? ExactDecimal(parsing: cells[4].bytes) }
}
