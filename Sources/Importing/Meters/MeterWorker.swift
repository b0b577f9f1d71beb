import BillingTerms
import FileFormats
import Synchronization

/// What the threads of one reading have in common.
struct MeterJob: Sendable {
    let catalog: MeterCatalog
    let key: IdentityKey
    let options: MeterReadingOptions
    let partitionCount: Int
    let threadCount: Int
}

/// How files are read; the defaults are right for everything but tests.
package struct MeterReadingOptions: Sendable {
    /// Plain files are cut into chunks of so many bytes, which threads read at the same time.
    package var chunkSize: Int
    /// How much text is looked at together.
    package var windowSize: Int
    /// Events behind this instant lie in the future and are set aside; nil when they count.
    package var latest: Timestamp?
    /// Whether every file's SHA-256 is wanted. Without it only files of one size are hashed, to know them when they are the
    /// same, and files keep the order in which they were given.
    package var hashesFiles = true
    /// How many bytes of memory the events of all threads may take before they go to the disk.
    package var memoryLimit: Int
    /// Where on the disk.
    package var scratchFolder: String
    /// Gets what is read.
    package var progress: ReadingProgress?

    package init(
        chunkSize: Int = 4 << 20, windowSize: Int = 1 << 18, latest: Timestamp? = nil,
        memoryLimit: Int = MachineMemory.half, scratchFolder: String = ScratchFile.defaultFolder
    ) {
        self.chunkSize = max(1, min(chunkSize, EventRecord.mostChunkBytes / 4))
        self.windowSize = windowSize
        self.latest = latest
        self.memoryLimit = memoryLimit
        self.scratchFolder = scratchFolder
    }
}

/// One thread's reading: rows become records, or places of bad rows.
final class MeterWorker: @unchecked Sendable {
    let assembler: RowAssembler
    let events: EventPartitions
    let window: TextWindow
    let share: EventShare
    let job: MeterJob
    private let chunkNumbers: ChunkNumbers
    private var chunk: EventChunk?
    /// The highest bits of the places of the chunk's records.
    @exclusivity(unchecked) private var placeBase: UInt64 = 0
    @exclusivity(unchecked) private var chunkBase = 0
    @exclusivity(unchecked) private var rowsRead = 0
    @exclusivity(unchecked) private var rowsBad = 0
    private var csvReaders: [UInt8: CSVRows] = [:]
    let json: JSONRows
    /// The seeds of the ids of the text that is read.
    @exclusivity(unchecked) private(set) var textSeeds: (UInt64, UInt64) = (0, 0)

    init(job: MeterJob, chunkNumbers: ChunkNumbers) {
        self.job = job
        self.chunkNumbers = chunkNumbers
        assembler = RowAssembler(catalog: job.catalog, key: job.key)
        assembler.latest = job.options.latest?.nanoseconds ?? .max
        events = EventPartitions(
            partitionCount: job.partitionCount, memoryLimit: job.options.memoryLimit / job.threadCount,
            scratchFolder: job.options.scratchFolder)
        share = EventShare(events: events, assembler: assembler)
        window = TextWindow(capacity: job.options.windowSize)
        json = JSONRows(assembler: assembler)
    }

    func csvRows(delimiter: UInt8) -> CSVRows {
        if let known = csvReaders[delimiter] { return known }
        let rows = CSVRows(delimiter: delimiter)
        csvReaders[delimiter] = rows
        return rows
    }

    // MARK: - Chunks

    func beginChunk(of text: MeterText, start: Int, limit: Int) {
        textSeeds = job.key.seeds(ofSource: text.source?.name ?? "")
        assembler.seeds = textSeeds
        assembler.zone = text.source?.zone
        beginChunk(file: text.file, text: text.index, start: start, limit: limit)
    }

    private func beginChunk(file: Int, text: Int, start: Int, limit: Int) {
        let number = chunkNumbers.next()
        chunk = EventChunk(number: number, file: file, text: text, base: start, start: start, end: start, limit: limit)
        placeBase = UInt64(number) << EventRecord.chunkShift
        chunkBase = start
        rowsRead = 0
        rowsBad = 0
    }

    /// To be called between rows: offsets in a chunk are 30 bits wide, and a stream may be longer.
    @inline(__always)
    func moveOn(to offset: Int) {
        if offset - chunkBase >= EventRecord.mostChunkBytes / 2 { splitChunk(at: offset) }
    }

    @inline(never)
    private func splitChunk(at offset: Int) {
        guard let old = chunk else { return }
        endChunk(at: offset, fault: nil)
        beginChunk(file: old.file, text: old.text, start: offset, limit: old.limit)
    }

    func endChunk(at end: Int, fault: FileFormatError?) {
        guard var done = chunk else { return }
        done.end = end
        done.fault = fault
        done.rowsRead = rowsRead
        done.rowsBad = rowsBad
        share.chunks.append(done)
        chunk = nil
    }

    // MARK: - Rows

    /// Takes up the row in the assembler's cells, which begins at this offset of the text.
    @inline(__always)
    func take(rowAt offset: Int) {
        rowsRead &+= 1
        var record = EventRecord()
        let fault = assembler.assemble(&record)
        if fault == .none {
            keep(record, offset)
        } else {
            pass(fault, rowAt: offset)
        }
    }

    @inline(__always)
    func keep(_ record: EventRecord, _ offset: Int) {
        var record = record
        record.location |= placeBase | UInt64(truncatingIfNeeded: offset &- chunkBase) << EventRecord.placeShift
        events.append(record)
    }

    /// What becomes of a row that is no event to be kept.
    @inline(never)
    func pass(_ fault: RowFault, rowAt offset: Int) {
        switch fault {
        case .cancellation: share.cancellations.append(assembler.cancellation(at: place(ofRowAt: offset)))
        case .customerUnknown where job.catalog.ignoresUnknownCustomers: chunk?.ignoredCustomers.add(assembler.cells[1])
        case .meterUnknown where job.catalog.ignoresUnknownMeters: chunk?.ignoredMeters.add(assembler.cells[3])
        default: refuse(rowAt: offset)
        }
    }

    func refuse(rowAt offset: Int) {
        rowsBad += 1
        let place = place(ofRowAt: offset)
        if share.badPlaces.last != place { share.badPlaces.append(place) }
    }

    private func place(ofRowAt offset: Int) -> UInt64 {
        (placeBase >> EventRecord.placeShift) | UInt64(offset - chunkBase)
    }

    func countRow() { rowsRead += 1 }

    /// The text ends without a line end behind its last row.
    func noteUnfinishedLine() { chunk?.endsUnfinished = true }
}

/// Gives every chunk a number of its own.
final class ChunkNumbers: Sendable {
    private let last = Atomic<Int>(-1)

    func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }

    var count: Int { last.load(ordering: .relaxed) + 1 }
}
