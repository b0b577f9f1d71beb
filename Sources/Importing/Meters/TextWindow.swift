import FileFormats
import Foundation

/// A window on a text that moves forward: what has been read and not yet consumed, in one piece.
final class TextWindow {
    /// Fills the buffer from an offset of the text on, and returns how many bytes that were; 0 only at the end.
    typealias Fill = (UnsafeMutableRawBufferPointer, Int) throws(FileFormatError) -> Int

    private let capacity: Int
    private var storage: UnsafeMutableRawBufferPointer
    private var fill: Fill = { (_, _) throws(FileFormatError) -> Int in 0 }

    private(set) var count = 0
    /// Offset of the window in the text.
    private(set) var offset = 0
    private(set) var isAtEnd = false
    /// What kept the text from going on; the bytes before it are in the window.
    private(set) var fault: FileFormatError?
    /// Rows that begin here or behind are not wanted: what is read beyond is only the end of the last row.
    private var limit = Int.max
    private static let lastRow = 1 << 12

    init(capacity: Int) {
        self.capacity = max(16, capacity)
        storage = .allocate(byteCount: self.capacity, alignment: 64)
    }

    deinit { storage.deallocate() }

    /// Valid until the next `refill` or `begin`.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage.prefix(count)) }

    /// Stands at an offset of the text, with nothing read yet.
    func begin(at offset: Int, limit: Int = .max, fill: @escaping Fill) {
        // One long record must not keep its memory for the rest of the run.
        if storage.count > capacity * 4 {
            storage.deallocate()
            storage = .allocate(byteCount: capacity, alignment: 64)
        }
        self.offset = offset
        self.limit = limit
        self.fill = fill
        count = 0
        isAtEnd = false
        fault = nil
    }

    /// The first byte that is not UTF-8 among the first ones, which end between two characters.
    func invalidUTF8(inFirst count: Int) -> FileFormatError? {
        guard let found = UTF8Check.firstInvalidOffset(in: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
        else { return nil }
        let byte = String(bytes[found], radix: 16, uppercase: true)
        return FileFormatError(
            .notUTF8, "expected UTF-8, found a byte 0x\(byte) that cannot stand here", byteOffset: offset + found)
    }

    func end() { fill = { (_, _) throws(FileFormatError) -> Int in 0 } }

    /// As far as the last row that is wanted should reach; in any case more than there is, and more each time, so that a
    /// long last row is not looked at too often.
    private var wantedCount: Int {
        guard limit != .max else { return storage.count }
        return max(limit - offset + TextWindow.lastRow, count + max(TextWindow.lastRow, count))
    }

    /// Drops the first bytes and reads on, at least a byte, until the window is full, the text ends or the last row that
    /// is wanted should be there; with nothing to drop and a full window, the window is doubled first.
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
        let end = min(storage.count, wantedCount)
        do throws(FileFormatError) {
            while count < end && !isAtEnd {
                let read = try fill(UnsafeMutableRawBufferPointer(rebasing: storage[count..<end]), offset + count)
                isAtEnd = read == 0
                count += read
            }
        } catch {
            fault = error
            isAtEnd = true
        }
    }
}
