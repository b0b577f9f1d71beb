/// The known name that a mistyped one most likely meant, by the fewest letters added, dropped, changed or swapped
/// (optimal string alignment). Nil when nothing is near: more than a third of the letters, and more than two, differ.
package func nearestName(to text: String, among known: some Sequence<String>) -> String? {
    let wanted = Array(text.lowercased().unicodeScalars.prefix(80))
    let allowed = max(2, wanted.count / 3)
    var best: (distance: Int, name: String)?
    for name in known {
        let candidate = Array(name.lowercased().unicodeScalars.prefix(80))
        guard abs(candidate.count - wanted.count) <= allowed else { continue }
        let distance = editDistance(wanted, candidate)
        if distance <= allowed, best.map({ (distance, name) < $0 }) ?? true { best = (distance, name) }
    }
    return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var current = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in 0..<b.count {
            let cost = a[i] == b[j] ? 0 : 1
            current[j + 1] = min(last[j + 1] + 1, current[j] + 1, last[j] + cost)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                current[j + 1] = min(current[j + 1], beforeLast[j - 1] + 1)
            }
        }
        (beforeLast, last) = (last, current)
    }
    return last[b.count]
}
