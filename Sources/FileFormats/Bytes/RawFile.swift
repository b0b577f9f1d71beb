import Foundation

/// The bytes of a regular file as they lie on the disk, or of a text in memory, read at any offset by any thread.
///
/// Reads go through `pread` and not through a mapping: it is as fast on warm files, an I/O error arrives as an error,
/// and a file that is truncated while we read does not end the process by a signal.
final class RawFile: Sendable {
    private enum Storage: Sendable {
        case descriptor(Int32)
        case memory([UInt8])
    }

    /// What must still hold at the end of reading for the bytes to have been those of one file.
    private struct Fingerprint: Equatable, Sendable {
        let size: Int
        let modifiedSeconds: Int
        let modifiedNanoseconds: Int
    }

    let size: Int
    private let storage: Storage
    private let fingerprint: Fingerprint?

    /// Throws `.cannotOpen` for what is missing, not permitted or not a regular file.
    init(path: String) throws(FileFormatError) {
        // O_NONBLOCK: opening a named pipe must not wait for a writer, since it is refused anyway.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw FileFormatError(.cannotOpen, "the file cannot be opened: \(Self.systemMessage(errno))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw FileFormatError(.cannotOpen, "the file cannot be examined: \(Self.systemMessage(code))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileFormatError(.cannotOpen, "expected a regular file, found something else")
        }
        let fingerprint = Self.fingerprint(status)
        self.storage = .descriptor(descriptor)
        self.size = fingerprint.size
        self.fingerprint = fingerprint
    }

    init(bytes: [UInt8]) {
        storage = .memory(bytes)
        size = bytes.count
        fingerprint = nil
    }

    deinit {
        if case .descriptor(let descriptor) = storage { close(descriptor) }
    }

    /// Fills the buffer as far as the file reaches and returns how many bytes that were: fewer than `buffer.count` only
    /// at the end of the file as it was when it was opened.
    ///
    /// Throws `.cannotRead` on an I/O error, `.changedWhileReading` when the file has become shorter.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        let wanted = min(buffer.count, size - offset)
        guard wanted > 0, let start = buffer.baseAddress else { return 0 }
        switch storage {
        case .memory(let bytes):
            bytes.withUnsafeBytes { start.copyMemory(from: $0.baseAddress! + offset, byteCount: wanted) }
        case .descriptor(let descriptor):
            var done = 0
            while done < wanted {
                let count = pread(descriptor, start + done, wanted - done, off_t(offset + done))
                if count > 0 {
                    done += count
                } else if count == 0 {
                    throw Self.changed
                } else if errno != EINTR {
                    throw FileFormatError(
                        .cannotRead, "the file cannot be read: \(Self.systemMessage(errno))", byteOffset: offset + done)
                }
            }
        }
        return wanted
    }

    /// A copy of `count` bytes, or fewer at the end of the file; for magic numbers and directories, not for contents.
    func bytes(at offset: Int, count: Int) throws(FileFormatError) -> [UInt8] {
        let available = max(0, min(count, size - offset))
        var result = [UInt8](repeating: 0, count: available)
        var failure: FileFormatError?
        result.withUnsafeMutableBytes { buffer in
            do throws(FileFormatError) {
                _ = try read(at: offset, into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }

    /// Throws `.changedWhileReading` when size or time of change differ from those at the opening.
    func requireUnchanged() throws(FileFormatError) {
        guard case .descriptor(let descriptor) = storage else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileFormatError(.cannotRead, "the file cannot be examined: \(Self.systemMessage(errno))")
        }
        if Self.fingerprint(status) != fingerprint { throw Self.changed }
    }

    private static var changed: FileFormatError {
        FileFormatError(.changedWhileReading, "the file changed while it was read")
    }

    private static func fingerprint(_ status: stat) -> Fingerprint {
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        return Fingerprint(
            size: Int(status.st_size), modifiedSeconds: modified.tv_sec, modifiedNanoseconds: modified.tv_nsec)
    }

    private static func systemMessage(_ code: Int32) -> String {
        String(cString: strerror(code)).lowercased()
    }
}
