import Foundation
import Synchronization

/// `transform` on every element, on up to `threads` threads, with the results in the elements' order: how many threads
/// there were cannot be seen. The first error, by place, is thrown.
func parallelMap<Element: Sendable, Result: Sendable, Failure: Error>(
    _ elements: [Element], threads: Int, _ transform: @Sendable (Element) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    guard threads > 1, elements.count > 1 else { return try elements.map(transform) }
    let next = Atomic<Int>(0)
    let results = Mutex<[(place: Int, result: Swift.Result<Result, Failure>)]>([])
    DispatchQueue.concurrentPerform(iterations: min(threads, elements.count)) { _ in
        var own: [(place: Int, result: Swift.Result<Result, Failure>)] = []
        while true {
            let place = next.add(1, ordering: .relaxed).oldValue
            guard place < elements.count else { break }
            own.append((place, Swift.Result { () throws(Failure) in try transform(elements[place]) }))
        }
        results.withLock { $0 += own }
    }
    let inOrder = results.withLock { $0.sorted { $0.place < $1.place } }
    return try inOrder.map { (done) throws(Failure) in try done.result.get() }
}

/// `transform` on every element, on up to `threads` threads; `take` gets the results one after the other, in the
/// elements' order, on the caller's thread. Few results wait at any time: memory follows the elements in hand, however
/// many there are. The first error, by place, ends the work and is thrown.
func forEachInOrder<Element: Sendable, Result: Sendable>(
    _ elements: [Element], threads: Int, _ transform: @escaping @Sendable (Element) throws -> Result,
    take: (Result) throws -> Void
) throws {
    guard threads > 1, elements.count > 1 else {
        for element in elements { try take(transform(element)) }
        return
    }
    // Several elements at a time, so that threads do not wake each other for every one.
    let size = max(1, min(16, elements.count / (8 * threads)))
    let portions = (elements.count + size - 1) / size
    let results = OrderedResults<[Result]>(count: portions, ahead: max(2, 32 / size) * threads)
    let workers = DispatchGroup()
    for _ in 0..<min(threads, portions) {
        DispatchQueue.global().async(group: workers) {
            while let portion = results.claim() {
                let own = elements[portion * size..<min(elements.count, (portion + 1) * size)]
                results.put(Swift.Result { try own.map(transform) }, at: portion)
            }
        }
    }
    // Workers use what the caller owns: they end before it goes on.
    defer {
        results.stop()
        workers.wait()
    }
    for portion in 0..<portions { try results.wait(for: portion).get().forEach(take) }
}

/// Results that come in any order and are taken in theirs.
private final class OrderedResults<Result: Sendable>: @unchecked Sendable {
    private let count: Int
    private let ahead: Int
    /// Guards all that follows.
    private let condition = NSCondition()
    private var claimed = 0
    private var taken = 0
    private var waiting: [Int: Swift.Result<Result, any Error>] = [:]

    init(count: Int, ahead: Int) {
        self.count = count
        self.ahead = ahead
    }

    /// The place to work on next; nil when there is none. Waits while too many results wait.
    func claim() -> Int? {
        condition.withLock {
            while claimed < count, claimed - taken >= ahead { condition.wait() }
            guard claimed < count else { return nil }
            claimed += 1
            return claimed - 1
        }
    }

    func put(_ result: Swift.Result<Result, any Error>, at place: Int) {
        condition.withLock {
            waiting[place] = result
            if place == taken { condition.broadcast() }
        }
    }

    func wait(for place: Int) -> Swift.Result<Result, any Error> {
        condition.withLock {
            while true {
                if let result = waiting.removeValue(forKey: place) {
                    taken += 1
                    condition.broadcast()
                    return result
                }
                condition.wait()
            }
        }
    }

    /// Nothing more is claimed.
    func stop() {
        condition.withLock {
            claimed = count
            condition.broadcast()
        }
    }
}
