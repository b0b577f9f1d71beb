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

/// The results for all elements, in their order, worked out on as many cores as there are.
func eachOnAnyCore<Element: Sendable, Output: Sendable>(
    _ elements: [Element], _ work: @Sendable (Element) -> Output
) -> [Output] {
    if elements.count < 2 { return elements.map(work) }
    let outputs = Mutex<[Output?]>(Array(repeating: nil, count: elements.count))
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        let output = work(elements[index])
        outputs.withLock { $0[index] = output }
    }
    return outputs.withLock { $0 }.compactMap { $0 }
}
