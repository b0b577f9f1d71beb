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
        let descriptor = open(fullPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot be created") }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                let error = failure("cannot be written")
                close(descriptor)
                throw error
            }
        }
        guard close(descriptor) == 0 else { throw failure("cannot be closed") }
    }

    func read() throws(Findings) -> [UInt8] {
        let descriptor = open(fullPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read back") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read back") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let wanted = bytes.count - done
            let count = bytes.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress?.advanced(by: done), wanted)
            }
            if count > 0 {
                done += count
            } else if count == 0 {
                bytes.removeLast(wanted)
            } else if errno != EINTR {
                throw failure("cannot be read back")
            }
        }
        return bytes
    }

    func written(_ bytes: [UInt8]) throws(Findings) -> WrittenFile {
        do throws(FileFormatError) {
            let hasher = try SHA256Hasher()
            hasher.update(bytes)
            return WrittenFile(path: path, byteCount: bytes.count, sha256: try hasher.finish().hexadecimal)
        } catch {
            throw mismatch("the file's hash cannot be computed: \(error.message)")
        }
    }

    static func createFolder(_ path: String) throws(Findings) {
        guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Findings([Finding(.error, .cannotWrite, "the folder cannot be made", at: Place(file: path))])
        }
    }

    private func failure(_ what: String) -> Findings {
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
