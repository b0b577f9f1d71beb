import Testing

@testable import FileFormats

/// Damaged Parquet files: none may crash or hang, and each ends with all rows or with an error that says why.
///
/// `FUZZ_ROUNDS=100 swift test --filter ParquetFuzzTests` works longer, `FUZZ_SEED=1000` on other damage.
@Suite struct ParquetFuzzTests {
    private static let words: [[UInt8]] = [
        [0], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        [0x15, 0x00], [0x1C], [0x19, 0xFC], Array("PAR1".utf8),
    ]

    @Test(arguments: ParquetFixtures.files.map(\.file), Fuzzing.seeds(2))
    func `damaged anywhere`(_ name: String, _ seed: UInt64) throws {
        let intact = try ParquetFixtures.bytes(name)
        var random = SeededRandom(seed)
        for round in 0..<120 {
            // What is inserted moves the footer's offsets, so that half of the damage leaves every byte in its place.
            let bytes =
                round % 2 == 0
                ? flipped(intact, in: 4..<intact.count, &random)
                : Fuzzing.mutated(intact, &random, inserting: Self.words)
            check(bytes, "\(name), seed \(seed), round \(round)")
        }
    }

    @Test(arguments: ParquetFixtures.files.map(\.file), Fuzzing.seeds(2))
    func `damaged footer`(_ name: String, _ seed: UInt64) throws {
        let intact = try ParquetFixtures.bytes(name)
        let end = intact.count - 8
        let start = end - intact.littleEndian32(at: end)
        var random = SeededRandom(seed &+ 1 << 32)
        for round in 0..<120 {
            var bytes = intact
            if round % 2 == 0 {
                bytes = flipped(intact, in: start..<end, &random)
            } else {
                let footer = Fuzzing.mutated(Array(intact[start..<end]), &random, inserting: Self.words)
                let length = (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> ($0 * 8)) }
                bytes.replaceSubrange(start..<end + 4, with: footer + length)
            }
            check(bytes, "\(name), seed \(seed), round \(round)")
        }
    }

    private func flipped(_ bytes: [UInt8], in range: Range<Int>, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(3) {
            let place = range.lowerBound + random.below(range.count)
            bytes[place] = random.below(2) == 0 ? UInt8(truncatingIfNeeded: random.next()) : bytes[place] ^ 1
        }
        return bytes
    }

    /// Damage may make another table of the same form, and then all its rows are there.
    private func check(_ bytes: [UInt8], _ comment: String) {
        let (rows, error) = readParquet(bytes)
        if let error {
            #expect(!error.message.isEmpty, Comment(rawValue: comment))
        } else if let file = try? ParquetFile(bytes: bytes) {
            #expect(rows.count == file.rowCount, Comment(rawValue: comment))
        }
    }
}
