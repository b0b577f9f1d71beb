import BillingTerms
import FileFormats
import Foundation

/// A file that was written, as `run.json` lists it.
package struct WrittenFile: Hashable, Sendable, Codable {
    /// Below the run's folder, with slashes: `atlas/atlas.xlsx`.
    package var path: String
    package var byteCount: Int
    package var sha256: String

    package init(path: String, byteCount: Int, sha256: String) {
        self.path = path
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// A place below a run's folder, and the plain system calls on it: every failure names the path.
struct OutputFile: Sendable {
    let folder: String
    /// Below the folder, with slashes.
    let path: String

    var fullPath: String { folder + "/" + path }

    /// Replaces what is there. Flushing and publishing are the caller's, who does it for all files at once.
    func write(_ bytes: [UInt8]) throws(Findings) {
        let output = try grow()
        try output.append(bytes)
        try output.close()
    }

    /// Replaces what is there by an empty file that is written bit by bit.
    func grow() throws(Findings) -> GrowingFile {
        let descriptor = open(fullPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot be created") }
        return GrowingFile(self, descriptor: descriptor)
    }

    func read() throws(Findings) -> [UInt8] {
        let descriptor = open(fullPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read back") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read back") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = try fill(&bytes, from: descriptor)
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The file from its beginning, block by block.
    func readBlocks(of size: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws(Findings) {
        let descriptor = open(fullPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read back") }
        defer { close(descriptor) }
        var block = [UInt8](repeating: 0, count: size)
        while true {
            let count = try fill(&block, from: descriptor)
            block.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            if count < size { return }
        }
    }

    /// As many bytes as there are, at most all of the block.
    private func fill(_ block: inout [UInt8], from descriptor: Int32) throws(Findings) -> Int {
        var done = 0
        while done < block.count {
            let wanted = block.count - done
            let count = block.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress?.advanced(by: done), wanted)
            }
            if count > 0 {
                done += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                throw failure("cannot be read back")
            }
        }
        return done
    }

    func written(_ bytes: [UInt8]) throws(Findings) -> WrittenFile {
        let hasher = try hasher()
        hasher.update(bytes)
        return WrittenFile(path: path, byteCount: bytes.count, sha256: try digest(of: hasher).hexadecimal)
    }

    func hasher() throws(Findings) -> SHA256Hasher {
        do throws(FileFormatError) { return try SHA256Hasher() } catch { throw unhashed(error) }
    }

    func digest(of hasher: SHA256Hasher) throws(Findings) -> SHA256Digest {
        do throws(FileFormatError) { return try hasher.finish() } catch { throw unhashed(error) }
    }

    private func unhashed(_ error: FileFormatError) -> Findings {
        mismatch("the file's hash cannot be computed: \(error.message)")
    }

    static func createFolder(_ path: String) throws(Findings) {
        guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Findings([Finding(.error, .cannotWrite, "the folder cannot be made", at: Place(file: path))])
        }
    }

    fileprivate func failure(_ what: String) -> Findings {
        let reason = String(cString: strerror(errno)).lowercased()
        return Findings([Finding(.error, .cannotWrite, "the file \(what): \(reason)", at: Place(file: fullPath))])
    }

    /// What a read-back found to be different.
    func mismatch(_ message: String) -> Findings {
        Findings([
            Finding(
                .error, .readBack, message, at: Place(file: fullPath),
                notes: ["nothing is published; look for a full disk or temporary folder, then run again"])
        ])
    }
}

/// An output file that is open for writing. One owner.
final class GrowingFile {
    private let file: OutputFile
    private var descriptor: Int32

    fileprivate init(_ file: OutputFile, descriptor: Int32) {
        self.file = file
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { Foundation.close(descriptor) }
    }

    func append(_ bytes: [UInt8]) throws(Findings) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw file.failure("cannot be written")
            }
        }
    }

    func close() throws(Findings) {
        let result = Foundation.close(descriptor)
        descriptor = -1
        guard result == 0 else { throw file.failure("cannot be closed") }
    }
}
