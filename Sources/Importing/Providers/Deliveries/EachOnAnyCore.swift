import Dispatch
import Synchronization

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
