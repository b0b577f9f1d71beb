import BillingTerms
import Catalog
import FileFormats
import Synchronization

/// One text of a file: the file itself, or one of an archive.
struct MeterText: Sendable {
    let file: Int
    let index: Int
    let source: Sources.Source?
    let format: MeterTextFormat
    let keys: JSONKeys
    /// The text at any offset; nil when it can only be read from its beginning.
    var plain: PlainText?
    /// Neither compressed nor in an archive.
    let isPlain: Bool
    let size: Int
}

/// A file while several threads read it: which of its chunks are still to be read, and how far its bytes are hashed.
///
/// The lock is taken once for each chunk, and never while anything is read.
final class MeterFileWork: Sendable {
    enum Task {
        case chunk(MeterText, Range<Int>, hashes: Bool)
        case stream(MeterText, InputFile)
    }

    let file: MeterFile
    let index: Int
    private let job: MeterJob
    private let state = Mutex(State())

    private struct State {
        var isOpened = false
        var input: InputFile?
        var texts: [MeterText] = []
        var nextText = 0
        var nextOffset = 0
        var running = 0
        var hash: FileHash?
        var hashIsBusy = false
        var digest: SHA256Digest?
        var size = 0
        var fault: (code: FindingCode, error: FileFormatError)?
        var content = FileReport.Content.meterCSV

        /// Gives up everything that keeps the file open.
        mutating func release() {
            input = nil
            hash = nil
            for index in texts.indices { texts[index].plain = nil }
        }
    }

    init(_ file: MeterFile, index: Int, job: MeterJob) {
        self.file = file
        self.index = index
        self.job = job
    }

    /// What is to be read next; nil when nothing is left. Opens the file when nobody has.
    func claim() -> Task? {
        state.withLock { state in
            if !state.isOpened { open(&state) }
            guard state.fault == nil, state.nextText < state.texts.count else { return nil }
            let text = state.texts[state.nextText]
            state.running += 1
            guard text.plain != nil else {
                state.nextText += 1
                return state.input.map { .stream(text, $0) }
            }
            let start = state.nextOffset
            let end = min(start + job.options.chunkSize, text.size)
            state.nextOffset = end
            if end >= text.size { state.nextText += 1 }
            let hashes = !state.hashIsBusy && state.hash?.position == start
            if hashes { state.hashIsBusy = true }
            return .chunk(text, start..<end, hashes: hashes)
        }
    }

    private func open(_ state: inout State) {
        state.isOpened = true
        do throws(FileFormatError) {
            let input = try InputFile(
                path: file.path, options: ReadingOptions(hashesWhileReading: job.options.hashesFiles))
            state.size = input.size
            let names = MeterFieldNames(source: file.source)
            let keys = JSONKeys(names: names, catalog: job.catalog)
            for index in 0..<input.textCount {
                let head = try input.open(index).prefix(MeterExport.headSize)
                guard !head.isEmpty else {
                    throw FileFormatError(
                        .emptyFile, "expected a meter export, found an empty text", line: 1, column: 1)
                }
                guard
                    let format = MeterTextFormat.recognise(
                        head, isAll: head.count < MeterExport.headSize, names: names, catalog: job.catalog)
                else {
                    state.fault = (
                        .unknownFormat,
                        FileFormatError(
                            .noHeader,
                            "expected a customer, a meter, a value and a time in every row; none of the names are known"
                        )
                    )
                    return
                }
                if case .csv(let layout) = format, let name = layout.ambiguous {
                    throw FileFormatError(
                        .duplicateKey, "expected one column \"\(name)\" in the header, found two", line: 1, column: 1)
                }
                var plain: PlainText?
                if case .json = format {} else { plain = try input.plainText() }
                state.content = format.content
                state.texts.append(
                    MeterText(
                        file: self.index, index: index, source: file.source, format: format, keys: keys, plain: plain,
                        isPlain: input.container == .plain, size: plain?.size ?? Int.max))
            }
            if job.options.hashesFiles, let plain = state.texts.first?.plain {
                state.hash = try FileHash(plain, fileSize: input.size)
            }
            state.input = input
        } catch {
            state.fault = (Self.code(of: error), error)
        }
    }

    static func code(of error: FileFormatError) -> FindingCode {
        switch error.kind {
        case .cannotOpen, .cannotRead, .changedWhileReading: .unreadableFile
        case .parquet, .unsupportedArchive: .unknownFormat
        default: .brokenFile
        }
    }

    /// To be called when a task is done. Goes on hashing what others have read without hashing it.
    func finish(_ task: Task) {
        if case .chunk(_, let range, let hashes) = task {
            if hashes { state.withLock { $0.hashIsBusy = false } }
            job.options.progress?.add(bytes: range.count)
        }
        hashWhatIsBehind()
        let isDone = state.withLock { state in
            state.running -= 1
            return state.running == 0 && (state.nextText >= state.texts.count || state.fault != nil)
        }
        if isDone {
            close()
            job.options.progress?.addFile()
        }
    }

    private func hashWhatIsBehind() {
        while true {
            let turn = state.withLock { state -> (FileHash, Int)? in
                guard let hash = state.hash, !state.hashIsBusy, hash.position < state.nextOffset, state.fault == nil
                else { return nil }
                state.hashIsBusy = true
                return (hash, state.nextOffset)
            }
            guard let (hash, end) = turn else { return }
            hash.catchUp(to: end)
            state.withLock { $0.hashIsBusy = false }
        }
    }

    /// The last task is done: the digest is made, and the file closed, so that a run of many files holds few open.
    private func close() {
        state.withLock { state in
            guard let input = state.input, state.fault == nil else { return }
            do throws(FileFormatError) {
                if let hash = state.hash {
                    state.digest = try hash.finish()
                } else if job.options.hashesFiles {
                    state.digest = try input.digest()
                } else {
                    for text in state.texts { try text.plain?.requireUnchanged() }
                }
            } catch {
                state.fault = (Self.code(of: error), error)
            }
            state.release()
        }
    }

    /// The hasher of a thread that has the turn.
    func withHash(_ body: (FileHash) -> Void) {
        if let hash = state.withLock({ $0.hash }) { body(hash) }
    }

    func refuse(_ error: FileFormatError) {
        state.withLock { state in
            if state.fault == nil { state.fault = (Self.code(of: error), error) }
            state.release()
        }
    }

    var fault: (code: FindingCode, error: FileFormatError)? { state.withLock { $0.fault } }
    var texts: [MeterText] { state.withLock { $0.texts } }
    var digest: SHA256Digest? { state.withLock { $0.digest } }
    var size: Int { state.withLock { $0.size } }
    var content: FileReport.Content { state.withLock { $0.content } }
}

/// The SHA-256 of a plain file that is read in chunks by several threads. Whoever has the turn hashes: a chunk while
/// it is read and its bytes are in the cache, or what others have read before.
final class FileHash: @unchecked Sendable {
    private let hasher: SHA256Hasher
    private let text: PlainText
    /// Offset in the text of the first byte that is not hashed.
    private(set) var position = 0
    private var fault: FileFormatError?

    init(_ text: PlainText, fileSize: Int) throws(FileFormatError) {
        hasher = try SHA256Hasher()
        self.text = text
        // The byte order mark, which is no part of the text.
        if fileSize - text.size == 3 { hasher.update([0xEF, 0xBB, 0xBF]) }
    }

    /// Hashes the part of the piece that comes next and lies before `end`.
    func update(_ piece: UnsafeRawBufferPointer, at offset: Int, end: Int) {
        let from = max(position, offset)
        let to = min(end, offset + piece.count)
        guard from == position, from < to else { return }
        hasher.update(UnsafeRawBufferPointer(rebasing: piece[from - offset..<to - offset]))
        position = to
    }

    func catchUp(to end: Int) {
        guard position < end, fault == nil else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        do throws(FileFormatError) {
            while position < end {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(end - position))
                let count = try text.read(at: position, into: part)
                guard count > 0 else { break }
                update(UnsafeRawBufferPointer(rebasing: part.prefix(count)), at: position, end: end)
            }
        } catch {
            fault = error
            position = end
        }
    }

    func finish() throws(FileFormatError) -> SHA256Digest {
        catchUp(to: text.size)
        if let fault { throw fault }
        try text.requireUnchanged()
        return try hasher.finish()
    }
}
