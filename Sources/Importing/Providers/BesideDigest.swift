import Dispatch
import FileFormats
import Synchronization

/// The SHA-256 of a file, computed beside the reading of its rows.
final class BesideDigest: Sendable {
    private let input: InputFile
    private let result = Mutex<Result<SHA256Digest, FileFormatError>?>(nil)
    private let work = DispatchGroup()

    /// Files below this size are hashed when they are asked for; starting a thread would take longer.
    private static let leastBytes = 1 << 20

    init(of input: InputFile) {
        self.input = input
        guard input.size >= BesideDigest.leastBytes else { return }
        DispatchQueue.global().async(group: work) { [self] in compute() }
    }

    /// Throws what reading the file throws.
    func wait() throws(FileFormatError) -> SHA256Digest {
        work.wait()
        if result.withLock({ $0 == nil }) { compute() }
        guard let result = result.withLock({ $0 }) else {
            throw FileFormatError(.cannotRead, "the file was not hashed")
        }
        return try result.get()
    }

    private func compute() {
        let found: Result<SHA256Digest, FileFormatError>
        do throws(FileFormatError) {
            found = .success(try input.digest())
        } catch {
            found = .failure(error)
        }
        result.withLock { $0 = found }
    }
}
