import Foundation

/// A window on a text that moves forward record by record: what has been read and not yet consumed, in one piece.
///
/// It grows when a record does not fit, and never shrinks. Bytes stay where they are until the next `refill`.
final class TextBuffer {
    private let source: ByteSource
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// Offset in the text, and number of lines in the text, before the window.
    private(set) var offset = 0

    /// Whether nothing comes behind the window.
    private(set) var isAtEnd = false

    /// What kept the source from going on; the bytes before it are in the window.
    private(set) var fault: FileFormatError?

    init(_ source: ByteSource, capacity: Int) {
        self.source = source
        storage = .allocate(byteCount: max(1, capacity), alignment: 64)
    }

    deinit {
        storage.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage.prefix(count)) }

    /// Drops the first `consumed` bytes and reads until the window is full or the text ends; with nothing to drop and a
    /// full window, the window is doubled first.
    func refill(dropping consumed: Int) {
        if consumed > 0 {
            count -= consumed
            offset += consumed
            if let start = storage.baseAddress { memmove(start, start + consumed, count) }
        } else if count == storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 64)
            larger.copyMemory(from: bytes)
            storage.deallocate()
            storage = larger
        }
        do throws(FileFormatError) {
            while count < storage.count && !isAtEnd {
                let read = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[count...]))
                isAtEnd = read == 0
                count += read
            }
        } catch {
            fault = error
            isAtEnd = true
        }
    }
}
