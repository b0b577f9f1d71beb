import Foundation

/// Room on the disk for what does not fit the memory. The file has no name: it goes when the process does, however it
/// ends.
///
/// One thread appends; any thread may read what has been appended.
package final class ScratchFile: @unchecked Sendable {
    private let descriptor: Int32
    private let folder: String
    package private(set) var size = 0

    /// `TMPDIR`, else `/var/tmp`: `/tmp` is memory on many machines.
    package static var defaultFolder: String {
        let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        return named.isEmpty ? "/var/tmp" : named
    }

    /// Throws `.cannotWrite`.
    package init(in folder: String) throws(FileFormatError) {
        self.folder = folder
        descriptor = try ScratchFile.open(in: folder)
    }

    deinit { close(descriptor) }

    private static func open(in folder: String) throws(FileFormatError) -> Int32 {
        #if os(Linux)
            // __O_TMPFILE, which the module of the C library does not show: a file that never has a name.
            let nameless = Foundation.open(folder, 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
            if nameless >= 0 { return nameless }
        #endif
        var path = Array((folder + "/billwright-XXXXXX").utf8CString)
        let named = mkstemp(&path)
        guard named >= 0 else { throw failure("room for events", in: folder, errno) }
        unlink(path)
        return named
    }

    /// Throws `.cannotWrite` when there is no room left.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, start + done, bytes.count - done, off_t(size + done))
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw ScratchFile.failure("events that do not fit the memory", in: folder, errno)
            }
        }
        size += bytes.count
    }

    /// Fills the buffer from an offset; all of it has been appended before.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) {
        guard let start = buffer.baseAddress else { return }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw FileFormatError(.cannotRead, "what was put aside in \(folder) cannot be read back")
            }
        }
    }

    private static func failure(_ what: String, in folder: String, _ code: Int32) -> FileFormatError {
        FileFormatError(
            .cannotWrite, "\(what) cannot be put aside in \(folder): \(String(cString: strerror(code)).lowercased())")
    }
}
