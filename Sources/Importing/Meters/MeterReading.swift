import BillingTerms
import Catalog
import Dispatch
import FileFormats
import Foundation
import Synchronization

/// All events of a run's meter exports as records, file by file counted, not yet deduplicated: equal events of several
/// files are still there several times.
package struct MeterReading: Sendable {
    /// One file and what became of it as a whole.
    package struct File: Sendable {
        package let file: MeterFile
        package var status: FileReport.Status
        package var sha256: String
        package var byteCount: Int
        package var content: FileReport.Content
        var fault: (code: FindingCode, error: FileFormatError)?
        var texts: [MeterText]
        var unknown: [String]
        /// A plain text whose last field is one that the bill depends on, and has no line end behind it.
        var endsUnfinished = false
    }

    package let catalog: MeterCatalog
    package let key: IdentityKey
    /// Events behind this instant were set aside.
    let latest: Timestamp?
    /// In the order that was asked for: an earlier file's events are the first of their id.
    package var files: [File]
    package let shares: [EventShare]
    /// By their number. A chunk that was read twice is void the first time.
    package var chunks: [EventChunk]

    /// Reads files on several threads. Which thread reads what changes nothing in the result but the order of records.
    ///
    /// Throws when there are more events than fit the memory, and no room for them on the disk.
    package static func run(
        files: [MeterFile], order: MeterFileOrder, catalog: MeterCatalog, threads: Int,
        options: MeterReadingOptions = MeterReadingOptions()
    ) throws(Findings) -> MeterReading {
        let key = IdentityKey()
        let job = MeterJob(
            catalog: catalog, key: key, options: options, partitionCount: partitionCount(for: files, threads: threads),
            threadCount: max(1, threads))
        let works = files.enumerated().map { MeterFileWork($1, index: $0, job: job) }
        let chunkNumbers = ChunkNumbers()
        let workers = (0..<max(1, threads)).map { _ in MeterWorker(job: job, chunkNumbers: chunkNumbers) }
        let nextFile = Atomic<Int>(0)
        if workers.count == 1 {
            workers[0].run(works, nextFile)
        } else {
            DispatchQueue.concurrentPerform(iterations: workers.count) { workers[$0].run(works, nextFile) }
        }
        for work in works { workers[0].readAgain(work, workers) }
        for worker in workers {
            if let fault = worker.events.fault { throw MeterReading.lost(fault) }
        }
        var chunks = workers.flatMap(\.share.chunks)
        chunks.sort { $0.number < $1.number }
        let ordered = orderedFiles(works, order, options)
        // Chunks were numbered by the files as they were given.
        var places = works.map(\.index)
        for (place, file) in ordered.enumerated() { places[file.work.index] = place }
        for index in chunks.indices { chunks[index].file = places[chunks[index].file] }
        return MeterReading(ordered, workers.map(\.share), chunks, job)
    }

    /// Events that could not be put aside, or not be read back.
    static func lost(_ fault: FileFormatError) -> Findings {
        Findings([
            Finding(
                .cannotWrite, fault.message,
                notes: [
                    "nothing is billed, and nothing was changed",
                    "give it room there, another folder in TMPDIR, or more memory with --memory-limit",
                ])
        ])
    }

    private static func orderedFiles(
        _ works: [MeterFileWork], _ order: MeterFileOrder, _ options: MeterReadingOptions
    ) -> [ReadFile] {
        guard !options.hashesFiles else { return order.sorted(works.map { ReadFile($0, isHashed: true) }) }
        let sizes = Dictionary(grouping: works, by: \.size).mapValues(\.count)
        return works.map { ReadFile($0, isHashed: sizes[$0.size, default: 0] > 1) }
    }

    /// A file that has been read, and its SHA-256; that is empty when it cannot be read, or is not wanted.
    private struct ReadFile: MeterFileOrder.Member {
        let work: MeterFileWork
        let digest: String

        init(_ work: MeterFileWork, isHashed: Bool) {
            self.work = work
            let digest = isHashed ? work.digest ?? (try? ByteSource.digest(ofFile: work.file.path)) : nil
            self.digest = digest?.hexadecimal ?? ""
        }

        var name: String { work.file.name }
    }

    private init(
        _ ordered: [ReadFile], _ shares: [EventShare], _ chunks: [EventChunk], _ job: MeterJob
    ) {
        catalog = job.catalog
        key = job.key
        latest = job.options.latest
        self.shares = shares
        self.chunks = chunks
        var seen: Set<String> = []
        files = ordered.map { file in
            let work = file.work
            let fault = work.fault
            var status = FileReport.Status.imported
            if fault != nil {
                status = .refused
            } else if !file.digest.isEmpty, !seen.insert(file.digest).inserted {
                status = .sameContent
            }
            return File(
                file: work.file, status: status, sha256: file.digest, byteCount: work.size, content: work.content,
                fault: fault, texts: work.texts, unknown: MeterReading.unknown(work, shares))
        }
        for chunk in chunks where chunk.endsUnfinished && !chunk.isVoid {
            let isHeaderAlone = chunk.start == 0 && chunk.rowsRead == 0
            files[chunk.file].endsUnfinished = files[chunk.file].isCutUnseen(inHeader: isHeaderAlone)
        }
        for index in chunks.indices where files[chunks[index].file].status != .imported {
            self.chunks[index].isVoid = true
        }
    }

    private static func unknown(_ work: MeterFileWork, _ shares: [EventShare]) -> [String] {
        var names: Set<String> = []
        for share in shares { names.formUnion(share.unknownKeys[work.index] ?? []) }
        for text in work.texts {
            if case .csv(let layout) = text.format { names.formUnion(layout.unknown) }
        }
        return names.sorted()
    }

    /// Enough partitions that the table of each fits the cache of a core, by a guess of 100 bytes for an event.
    private static func partitionCount(for files: [MeterFile], threads: Int) -> Int {
        var bytes = 0
        for file in files {
            var status = stat()
            if stat(file.path, &status) == 0 { bytes += Int(status.st_size) }
        }
        var count = 1
        while count < 512, bytes / 100 / count > 30_000 { count *= 2 }
        return count == 1 && bytes > 1 << 20 ? max(1, threads) * 4 : count
    }
}

extension MeterReading.File {
    /// Whether its text could have been cut inside the last field without anybody noticing: what is compressed has a length
    /// and a checksum, and of a column that nothing reads nothing is lost.
    fileprivate func isCutUnseen(inHeader: Bool) -> Bool {
        guard file.source?.mayLackFinalLineEnd != true, texts.count == 1, texts[0].isPlain,
            case .csv(let layout) = texts[0].format
        else { return false }
        return inHeader || layout.fills.contains { $0.column == layout.header.count - 1 }
    }
}

extension MeterReading {
    /// The place of a row among all rows of all files: earlier files first. Records of a row have the same.
    package func order(of place: UInt64) -> (file: Int, text: Int, offset: Int) {
        let chunk = chunks[Int(place >> (EventRecord.chunkShift - EventRecord.placeShift))]
        return (chunk.file, chunk.text, chunk.base + Int(place) & (EventRecord.mostChunkBytes - 1))
    }

    /// Whether the records of a place count at all.
    package func isVoid(_ place: UInt64) -> Bool {
        chunks[Int(place >> (EventRecord.chunkShift - EventRecord.placeShift))].isVoid
    }
}

extension MeterWorker {
    /// Reads whole files as long as there are any that nobody has begun, and then helps with those of the others.
    func run(_ works: [MeterFileWork], _ nextFile: borrowing Atomic<Int>) {
        while true {
            let index = nextFile.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < works.count, events.fault == nil else { break }
            let isLast = index + 1 == works.count
            while events.fault == nil, let task = works[index].claim() {
                perform(task, of: works[index], isLast: isLast)
            }
        }
        for work in works {
            while events.fault == nil, let task = work.claim() { perform(task, of: work, isLast: true) }
        }
    }

    /// `isLast` says that no other file is waiting, so that a core may have nothing to do.
    private func perform(_ task: MeterFileWork.Task, of work: MeterFileWork, isLast: Bool) {
        switch task {
        case .chunk(let text, let range, let hashes):
            if let plain = text.plain { readChunk(text, plain, range, hashes ? work : nil) }
        case .stream(let text, let input):
            do throws(FileFormatError) {
                try readStream(text, input, readsAhead: isLast)
            } catch {
                work.refuse(error)
            }
        }
        work.finish(task)
    }

    private func readChunk(_ text: MeterText, _ plain: PlainText, _ range: Range<Int>, _ hashing: MeterFileWork?) {
        var hash: FileHash?
        hashing?.withHash { hash = $0 }
        let start = range.lowerBound == 0 ? 0 : lineStart(in: plain, range)
        let limit = range.upperBound == text.size ? Int.max : range.upperBound
        beginChunk(of: text, start: start, limit: limit)
        guard start < range.upperBound else {
            endChunk(at: start, fault: nil)
            return
        }
        hash?.catchUp(to: start)
        let hashEnd = range.upperBound
        readLines(of: text, start: start, limit: limit, skipsHeader: start == 0, checksUTF8: true) {
            (buffer, offset) throws(FileFormatError) in
            let count = try plain.read(at: offset, into: buffer)
            if let hash, let base = buffer.baseAddress {
                hash.update(UnsafeRawBufferPointer(start: base, count: count), at: offset, end: hashEnd)
            }
            return count
        }
    }

    /// The first line that begins in the range, guessing that no quoted field goes over a line end there; the range's end
    /// when none does. Looking further would read a file of one line as often as it has chunks.
    private func lineStart(in plain: PlainText, _ range: Range<Int>) -> Int {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 12, alignment: 64)
        defer { buffer.deallocate() }
        var position = range.lowerBound - 1
        while position < range.upperBound, let count = try? plain.read(at: position, into: buffer), count > 0 {
            if let start = buffer.baseAddress, let found = memchr(start, 0x0A, count) {
                return position + (found - start) + 1
            }
            position += count
        }
        return range.upperBound
    }

    private func readStream(
        _ text: MeterText, _ input: InputFile, readsAhead: Bool
    ) throws(FileFormatError) {
        let source = try input.open(text.index, readsAhead: readsAhead, progress: job.options.progress)
        beginChunk(of: text, start: 0, limit: Int.max)
        if case .json = text.format {
            readRecords(of: text, source: source)
        } else {
            readLines(of: text, start: 0, limit: Int.max, skipsHeader: true, checksUTF8: false) {
                (buffer, _) throws(FileFormatError) in
                try source.read(into: buffer)
            }
        }
        // Remembered by the file, unless something is wrong with it.
        if job.options.hashesFiles { _ = try? source.digest() }
    }

    /// Checks that the chunks of a file meet, and reads those again that began in the middle of a row. Refuses a file
    /// with a fault that is one.
    func readAgain(_ work: MeterFileWork, _ workers: [MeterWorker]) {
        guard work.fault == nil else { return }
        var own = workers.flatMap { $0.share.chunks }.filter { $0.file == work.index }
        own.sort { ($0.text, $0.limit, $0.start) < ($1.text, $1.limit, $1.start) }
        let isChunked = own.contains { $0.limit != Int.max } && work.texts.count == 1
        var expected = 0
        for chunk in own {
            if !isChunked {
                if let fault = chunk.fault { return work.refuse(fault) }
                continue
            }
            if chunk.limit != Int.max, expected >= chunk.limit {
                void(chunk, workers)
            } else if chunk.start != expected {
                void(chunk, workers)
                guard let again = read(work, from: expected, to: chunk.limit) else { return }
                if let fault = again.fault { return work.refuse(fault) }
                expected = again.end
            } else {
                if let fault = chunk.fault { return work.refuse(fault) }
                expected = chunk.end
            }
        }
    }

    private func void(_ chunk: EventChunk, _ workers: [MeterWorker]) {
        for worker in workers {
            if let index = worker.share.chunks.firstIndex(where: { $0.number == chunk.number }) {
                worker.share.chunks[index].isVoid = true
            }
        }
    }

    private func read(_ work: MeterFileWork, from start: Int, to limit: Int) -> EventChunk? {
        guard let text = work.texts.first else { return nil }
        do throws(FileFormatError) {
            guard let plain = try InputFile(path: work.file.path).plainText(), plain.size == text.size else {
                throw FileFormatError(.changedWhileReading, "the file changed while it was read")
            }
            beginChunk(of: text, start: start, limit: limit)
            readLines(of: text, start: start, limit: limit, skipsHeader: start == 0, checksUTF8: true) {
                (buffer, offset) throws(FileFormatError) in
                try plain.read(at: offset, into: buffer)
            }
        } catch {
            work.refuse(error)
            return nil
        }
        return share.chunks.last
    }
}
