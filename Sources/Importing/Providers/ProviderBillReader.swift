import BillingTerms
import FileFormats

private typealias Place = BillingTerms.Place

/// What reading one file of a bill came to.
package struct ProviderFileReading: Sendable {
    package var report: FileReport
    package var quarantine: [QuarantinedRow] = []
    /// In file order.
    package var findings: [Finding] = []
    /// The charges given out, by what they are the bill of.
    package var coverage: [BillCoverage: CoveredCharges] = [:]
    /// Which view of the month the rows are, for providers that write two.
    package var evidence = CostViewEvidence()
    /// How many numbers `ProviderCharge.group` has in this file.
    package var groupCount = 0

    /// Whether the charges that were given out count for nothing: the file is broken somewhere behind them.
    package var isRefused: Bool { report.status != .imported }
}

/// Reads the rows of one file of a provider's bill, in memory bounded by its longest row and its distinct texts.
///
/// ```swift
/// let reading = ProviderBillReader().read(file, of: .focus) { charge in sheet.enter(charge) }
/// if reading.isRefused { … forget what the sheet was given … }
/// ```
package struct ProviderBillReader: Sendable {
    package var detail: ChargeDetail
    /// Files larger than this are read in pieces of this size, where they can be.
    package var pieceBytes: Int
    /// Gets what is read.
    package var progress: ReadingProgress?
    /// Whether reports are to have the files' SHA-256.
    package var hashesFiles: Bool

    package init(
        detail: ChargeDetail = .everything, pieceBytes: Int = 8 << 20, progress: ReadingProgress? = nil,
        hashesFiles: Bool = true
    ) {
        self.detail = detail
        self.pieceBytes = pieceBytes
        self.progress = progress
        self.hashesFiles = hashesFiles
    }

    /// Gives every readable row to `sink`, in file order. A row that cannot be read is set aside with its place; a file
    /// whose structure is broken is refused whole, and then nothing that `sink` was given may be used.
    package func read(
        _ file: ProviderFile, of format: ProviderFormat, sink: (ProviderCharge) -> Void
    ) -> ProviderFileReading {
        let report = FileReport(path: file.path, sha256: "", byteCount: 0, content: format.content)
        var reading = ProviderFileReading(report: report)
        do throws(FileFormatError) {
            let input = try BillInput(path: file.location)
            reading.report.byteCount = input.size
            // Hashing takes a third of the time of reading, and another core may have nothing to do. A Parquet file, of which
            // only the wanted columns are read, is hashed when it has been.
            var digest: BesideDigest?
            if hashesFiles, case .texts(let texts) = input { digest = BesideDigest(of: texts) }
            for index in 0..<input.count where !reading.isRefused {
                try readTable(index, of: input, file, format, into: &reading, sink: sink)
            }
            if let digest { reading.report.sha256 = try digest.wait().hexadecimal }
            progress?.add(bytes: input.size)
        } catch {
            reading.refuse(error, path: file.path)
        }
        reading.finish(file, hashesFiles: hashesFiles)
        return reading
    }

    /// What the first readable row is the bill of; nil when there is none.
    func firstCoverage(_ file: ProviderFile, of format: ProviderFormat) -> BillCoverage? {
        guard let input = try? BillInput(path: file.location) else { return nil }
        var reading = ProviderFileReading(
            report: FileReport(path: file.path, sha256: "", byteCount: 0, content: format.content))
        var coverage: BillCoverage?
        try? readTable(0, of: input, file, format, rowLimit: 1, into: &reading) {
            coverage = BillCoverage(of: $0)
        }
        return coverage
    }

    private func readTable(
        _ index: Int, of input: BillInput, _ file: ProviderFile, _ format: ProviderFormat, rowLimit: Int = .max,
        into reading: inout ProviderFileReading, sink: (ProviderCharge) -> Void
    ) throws(FileFormatError) {
        let isJSON = try input.open(index).isJSON
        guard let rows = isJSON ? format.jsonRows : format.rows else {
            throw FileFormatError(.noHeader, "expected a table with a header, found JSON", line: 1, column: 1)
        }
        try readRows(rows, index, of: input, file, format, rowLimit: rowLimit, into: &reading, sink: sink)
    }

    /// Opens the existential once, so that the loop over rows is compiled for each format.
    private func readRows<Rows: ProviderRowReader>(
        _ type: Rows.Type, _ index: Int, of input: BillInput, _ file: ProviderFile, _ format: ProviderFormat,
        rowLimit: Int, into reading: inout ProviderFileReading, sink: (ProviderCharge) -> Void
    ) throws(FileFormatError) {
        let reader = try Rows.open(try input.open(index), of: file)
        let header = try reader.billHeader()
        let fieldCount = header.names.count - reader.addedFieldCount
        var rows: Rows
        do throws(HeaderRefusal) {
            guard Rows.matches(header) else {
                throw HeaderRefusal(reason: "expected the header of a \(format.rawValue) bill")
            }
            rows = try Rows(header: header, detail: detail, file: file)
        } catch {
            let isTable = !(Rows.Row.self is JSONBillRows.Type)
            reading.refuse(error, isTable ? header.names.joined(separator: ",") : nil, file.path)
            return
        }
        if Rows.looksAhead {
            let before = try Rows.open(try input.open(index), of: file)
            _ = try before.billHeader()
            while try before.next() {
                if before.fieldCount == fieldCount { rows.lookAhead(before) }
            }
            try before.requireIntact()
            rows.finishLookAhead()
        }
        var loop = ProviderRowLoop(rows: rows, file: file.path, firstGroup: reading.groupCount)
        try loop.run(reader, fieldCount: fieldCount, rowLimit: rowLimit, sink: sink)
        loop.result().enter(&reading, of: file.source, isPlain: input.isPlain)
    }
}

extension ProviderFileReading {
    /// `header` is what the file has as its first line, where that is one.
    fileprivate mutating func refuse(_ refusal: HeaderRefusal, _ header: String?, _ path: String) {
        report.status = .refused
        findings.append(
            Finding(
                .error, .missingField, refusal.reason,
                at: Place(file: path, line: 1, excerpt: header),
                notes: ["the file is refused whole; nothing of it is billed"]))
    }

    fileprivate mutating func refuse(_ error: FileFormatError, path: String) {
        let place = Place(file: path, line: error.line, column: error.column, byte: error.byteOffset)
        switch error.kind {
        case .cannotOpen, .cannotRead:
            report.status = .refused
            findings = [Finding(.error, .unreadableFile, error.message, at: place, notes: ["nothing of it is billed"])]
        case .changedWhileReading:
            report.status = .waiting
            findings = [
                Finding(.warning, .unreadableFile, error.message, at: place, notes: ["it is left for the next run"])
            ]
        case .parquet:
            report.status = .refused
            findings = [UnknownFormat.parquetFinding(report.path, error)]
        default:
            report.status = .refused
            findings = [
                Finding(
                    .error, .brokenFile, error.message, at: place,
                    notes: ["the file is refused whole; nothing of it is billed"])
            ]
        }
    }

    /// A part of fewer rows than its manifest says was cut.
    mutating func refuse(below expectedRows: Int?) {
        guard !isRefused, let expectedRows, report.rowsRead < expectedRows else { return }
        findings = [
            Finding(
                .error, .brokenFile,
                "expected \(numbered(expectedRows, "row")), as the manifest says, found \(report.rowsRead)",
                at: Place(file: report.path), notes: ["the file is refused whole; nothing of it is billed"])
        ]
        report.status = .refused
        dropRows()
    }

    private mutating func dropRows() {
        quarantine = []
        coverage = [:]
        report = FileReport(
            path: report.path, sha256: report.sha256, byteCount: report.byteCount, content: report.content,
            status: report.status)
    }

    /// A refused file has no rows: it changes nothing.
    fileprivate mutating func finish(_ file: ProviderFile, hashesFiles: Bool) {
        if isRefused { dropRows() }
        if hashesFiles, report.sha256.isEmpty, let digest = try? ByteSource.digest(ofFile: file.location) {
            report.sha256 = digest.hexadecimal
        }
        findings.sort()
    }
}
