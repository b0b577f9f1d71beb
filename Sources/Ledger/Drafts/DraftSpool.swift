import BillingTerms
import Foundation
import Synchronization

/// A draft's text, in memory or in a spool.
struct DraftText: Sendable {
    private enum Storage: Sendable {
        case memory(String)
        case spooled(DraftSpool, offset: Int, count: Int)
    }

    private let storage: Storage

    init(_ text: String) { storage = .memory(text) }

    fileprivate init(_ spool: DraftSpool, offset: Int, count: Int) {
        storage = .spooled(spool, offset: offset, count: count)
    }

    /// Throws `Findings` when the spool cannot be read.
    func read() throws -> String {
        switch storage {
        case .memory(let text): text
        case .spooled(let spool, let offset, let count): try spool.text(at: offset, count: count)
        }
    }
}

/// Where the texts of a run's drafts wait until everything is published and one transaction books them: in memory while
/// there are few, then in a file without a name, which is gone with the process however that ends. So a run holds the
/// customers in hand and not all of them, and the ledger is locked only for the booking.
package final class DraftSpool: Sendable {
    private struct State {
        var descriptor: Int32?
        var byteCount = 0
        var bytesInMemory = 0
    }

    private let folder: String
    private let memoryLimit: Int
    private let state = Mutex(State())

    /// `folder` is where the file stands once `memoryLimit` bytes are in memory; the same file system as the ledger's.
    package init(folder: String, memoryLimit: Int = 64 << 20) {
        self.folder = folder
        self.memoryLimit = memoryLimit
    }

    deinit {
        if let descriptor = state.withLock({ $0.descriptor }) { close(descriptor) }
    }

    func keep(_ text: String) throws -> DraftText {
        var text = text
        let count = text.utf8.count
        let hasRoom = state.withLock { state in
            guard state.bytesInMemory + count <= memoryLimit else { return false }
            state.bytesInMemory += count
            return true
        }
        if hasRoom { return DraftText(text) }
        let (descriptor, offset) = try state.withLock { state in
            let descriptor = try state.descriptor ?? nameless()
            state.descriptor = descriptor
            defer { state.byteCount += count }
            return (descriptor, state.byteCount)
        }
        try text.withUTF8 { bytes in try write(UnsafeRawBufferPointer(bytes), to: descriptor, at: offset) }
        return DraftText(self, offset: offset, count: count)
    }

    func text(at offset: Int, count: Int) throws -> String {
        guard let descriptor = state.withLock({ $0.descriptor }) else { throw failure("is gone") }
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while done < count {
                let step = pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
                if step > 0 { done += step } else if step == 0 || errno != EINTR { break }
            }
            initialized = done
        }
        guard done == count else { throw failure("cannot be read") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let step = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            if step >= 0 { done += step } else if errno != EINTR { throw failure("cannot be written") }
        }
    }

    /// A file that has no name any more.
    private func nameless() throws -> Int32 {
        var template = Array("\(folder)/.drafts-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("cannot be made") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
        return descriptor
    }

    private func failure(_ what: String) -> Findings {
        let reason = String(cString: strerror(errno)).lowercased()
        return Findings([
            Finding(
                .cannotWrite, "the file of waiting drafts \(what): \(reason)", at: Place(file: folder),
                notes: ["nothing was booked; run again when it can"])
        ])
    }
}
