import Dispatch
import Synchronization

/// `transform` on every element, on up to `threads` threads, with the results in the elements' order: how many threads
/// there were cannot be seen. The first error, by place, is thrown.
func parallelMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], threads: Int, _ transform: @Sendable (Element) throws -> Result
) throws -> [Result] {
    guard threads > 1, elements.count > 1 else { return try elements.map(transform) }
    let next = Atomic<Int>(0)
    let results = Mutex<[(place: Int, result: Swift.Result<Result, any Error>)]>([])
    DispatchQueue.concurrentPerform(iterations: min(threads, elements.count)) { _ in
        var own: [(place: Int, result: Swift.Result<Result, any Error>)] = []
        while true {
            let place = next.add(1, ordering: .relaxed).oldValue
            guard place < elements.count else { break }
            own.append((place, Swift.Result { try transform(elements[place]) }))
        }
        results.withLock { $0 += own }
    }
    return try results.withLock { $0.sorted { $0.place < $1.place } }.map { try $0.result.get() }
}
