import Catalog

/// The key under which event ids become fingerprints. It is drawn anew for every run, so that nobody can make up ids
/// that collide; nothing that a run puts out depends on it.
package struct IdentityKey: Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    package init() {
        var generator = SystemRandomNumberGenerator()
        words = (generator.next(), generator.next(), generator.next(), generator.next())
    }

    /// The two streams of a source: the same id in two sources is two events.
    func seeds(ofSource name: String) -> (UInt64, UInt64) {
        var name = name
        return name.withUTF8 { text in
            fingerprint(text.baseAddress ?? TextTable.nowhere, text.count, seeds: (words.0, words.1))
        }
    }

    /// The event of one meter in an event of several.
    func identity(ofMeter name: String, in event: (UInt64, UInt64)) -> (UInt64, UInt64) {
        var name = name
        return name.withUTF8 { fingerprint($0.baseAddress ?? TextTable.nowhere, $0.count, seeds: event) }
    }

    /// All that an event may be known by whose id is given: itself, and each of its meters where it holds several.
    ///
    /// - Parameters:
    ///   - source: the name of the file's source in `sources.yaml`; empty for none.
    ///   - eventSource: what a CloudEvent names as its source.
    package func identities(
        ofEvent id: String, source: String, eventSource: String?, meters: [Meter]
    ) -> [(UInt64, UInt64)] {
        func fingerprint(_ text: String, _ seeds: (UInt64, UInt64)) -> (UInt64, UInt64) {
            var text = text
            return text.withUTF8 { self.fingerprint($0.baseAddress ?? TextTable.nowhere, $0.count, seeds: seeds) }
        }
        var seeds = seeds(ofSource: source)
        if let eventSource { seeds = fingerprint(eventSource, seeds) }
        let whole = fingerprint(id, seeds)
        return [whole] + meters.map { identity(ofMeter: $0.id.text, in: whole) }
    }

    /// 128 bits that stand for an id: two streams of folded products under keys of their own. Among 10^8 ids the odds
    /// that two meet are below 10^-20.
    @inline(__always)
    func fingerprint(
        _ start: UnsafePointer<UInt8>, _ count: Int, seeds: (UInt64, UInt64)
    ) -> (UInt64, UInt64) {
        var first = seeds.0 ^ UInt64(truncatingIfNeeded: count)
        var second = seeds.1
        var offset = 0
        while offset + 16 < count {
            step(ByteWords.eight(start + offset), ByteWords.eight(start + offset + 8), &first, &second)
            offset += 16
        }
        // What is left are 1 to 16 bytes (none of an empty text); the words may overlap, since the count is in the
        // seed.
        if count >= 16 {
            step(ByteWords.eight(start + count - 16), ByteWords.eight(start + count - 8), &first, &second)
        } else if count >= 8 {
            step(ByteWords.eight(start), ByteWords.eight(start + count - 8), &first, &second)
        } else {
            step(ByteWords.upToSeven(start, count), 0, &first, &second)
        }
        return (ByteWords.fold(first ^ words.2, second ^ words.0), ByteWords.fold(second ^ words.3, first ^ words.1))
    }

    @inline(__always)
    private func step(_ a: UInt64, _ b: UInt64, _ first: inout UInt64, _ second: inout UInt64) {
        let newFirst = ByteWords.fold(a ^ words.2, b ^ first)
        second = ByteWords.fold(a ^ second, b ^ words.3)
        first = newFirst
    }
}
