import Foundation
import Synchronization

/// Another stream, read a few pieces ahead by a thread of its own: decompressing then takes place while what came before
/// is looked at.
final class ReadAheadStream: ByteStream {
    private let pieces: Pieces
    private var unread: Range<Int> = 0..<0
    private var current = -1
    private var isAtEnd = false
    private var fault: FileFormatError?

    init(_ stream: any ByteStream) {
        let pieces = Pieces(stream)
        self.pieces = pieces
        let thread = Thread { pieces.fill() }
        thread.name = "reading ahead"
        thread.start()
    }

    deinit { stop() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        if let fault { throw fault }
        guard buffer.count > 0, !isAtEnd else { return 0 }
        if unread.isEmpty {
            if current >= 0 { pieces.giveBack() }
            current += 1
            do throws(FileFormatError) {
                unread = 0..<(try pieces.take(current).get())
            } catch {
                fault = error
                throw error
            }
            isAtEnd = unread.isEmpty
            if isAtEnd { return 0 }
        }
        let count = min(unread.count, buffer.count)
        buffer.copyMemory(from: pieces.bytes(of: current, unread.prefix(count)))
        unread = unread.dropFirst(count)
        return count
    }

    /// Returns when the thread is done with the stream, which others may read on then. What it has read ahead is lost.
    func stop() {
        isAtEnd = true
        unread = 0..<0
        pieces.stop()
    }
}

/// What both threads know. A piece belongs to the one that fills it until `filled` is signalled, and to the one that
/// takes it until `free` is.
private final class Pieces: @unchecked Sendable {
    private static let number = 4
    private static let size = 1 << 18

    private let stream: any ByteStream
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: number * size, alignment: 64)
    private let results: UnsafeMutablePointer<Result<Int, FileFormatError>>
    /// Begins at 0 and is signalled at once: a semaphore must not go with less than it came with.
    private let free = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let isStopped = Atomic<Bool>(false)
    private var hasEnded = false

    init(_ stream: any ByteStream) {
        self.stream = stream
        results = .allocate(capacity: Pieces.number)
        results.initialize(repeating: .success(0), count: Pieces.number)
        for _ in 0..<Pieces.number { free.signal() }
    }

    deinit {
        room.deallocate()
        results.deinitialize(count: Pieces.number)
        results.deallocate()
    }

    func bytes(of piece: Int, _ range: Range<Int>) -> UnsafeRawBufferPointer {
        let start = piece % Pieces.number * Pieces.size
        return UnsafeRawBufferPointer(rebasing: room[start + range.lowerBound..<start + range.upperBound])
    }

    // The thread that fills them.
    func fill() {
        var piece = 0
        while true {
            free.wait()
            if isStopped.load(ordering: .acquiring) { break }
            let start = piece % Pieces.number * Pieces.size
            let result = read(into: UnsafeMutableRawBufferPointer(rebasing: room[start..<start + Pieces.size]))
            results[piece % Pieces.number] = result
            filled.signal()
            piece += 1
            guard case .success(let count) = result, count > 0 else { break }
        }
        ended.signal()
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Result<Int, FileFormatError> {
        do throws(FileFormatError) {
            return .success(try stream.read(into: buffer))
        } catch {
            return .failure(error)
        }
    }

    // The thread that takes them.
    func take(_ piece: Int) -> Result<Int, FileFormatError> {
        filled.wait()
        return results[piece % Pieces.number]
    }

    func giveBack() { free.signal() }

    func stop() {
        guard !hasEnded else { return }
        isStopped.store(true, ordering: .releasing)
        free.signal()
        ended.wait()
        hasEnded = true
    }
}
