import Testing

@testable import FileFormats

/// Files of other writers, cell by cell against the values that they were made from.
@Suite struct ParquetReaderTests {
    @Test(arguments: ParquetFixtures.files)
    func `every cell is what was written`(_ fixture: (file: String, table: String)) throws {
        let expected = try ParquetFixtures.table(fixture.table)
        let file = try #require(try ParquetFile(bytes: ParquetFixtures.bytes(fixture.file)))
        #expect(file.columnNames == expected.header)
        #expect(file.rowCount == expected.rows.count)
        let reader = ParquetReader(file)
        for (number, row) in expected.rows.enumerated() {
            #expect(try reader.next())
            #expect(reader.row == number + 1)
            #expect(reader.rowGroup == number / expected.rowsPerGroup)
            for (column, text) in row.enumerated() {
                let found = String(decoding: reader.field(column), as: UTF8.self)
                #expect(found == text, "\(expected.header[column]), row \(number + 1)")
            }
            try reader.requireIntact()
        }
        #expect(try !reader.next())
        #expect(try !reader.next())
    }

    @Test(arguments: ParquetFixtures.files)
    func `columns and rows may be left out`(_ fixture: (file: String, table: String)) throws {
        let expected = try ParquetFixtures.table(fixture.table)
        let file = try #require(try ParquetFile(bytes: ParquetFixtures.bytes(fixture.file)))
        for seed in Fuzzing.seeds(5) {
            var random = SeededRandom(seed)
            let reader = ParquetReader(file)
            let columns = expected.header.indices.filter { _ in random.below(2) == 0 }
            for (number, row) in expected.rows.enumerated() {
                #expect(try reader.next())
                guard random.below(20) == 0 else { continue }
                for column in columns {
                    let found = String(decoding: reader.field(column), as: UTF8.self)
                    #expect(found == row[column], "\(expected.header[column]), row \(number + 1), seed \(seed)")
                }
            }
            #expect(try !reader.next())
        }
    }

    @Test func `a row as CSV`() throws {
        let bytes = try ParquetFixtures.bytes("nested-v1")
        let file = try #require(try ParquetFile(bytes: bytes))
        let reader = ParquetReader(file)
        _ = try reader.next()
        #expect(
            String(decoding: reader.recordBytes, as: UTF8.self)
                == #""{""team"":null,""empty"":""""}",{},[],[],[],S-0,r0,[]"#)
    }

    @Test(arguments: [("", false), ("PAR", false), ("id,cost\n", false), ("PAR1", true), ("PAR1....PAR1", true)])
    func `what is no Parquet, and what only begins so`(_ text: String, _ isParquet: Bool) {
        let error = failure { () throws(FileFormatError) in
            let file = try ParquetFile(bytes: Array(text.utf8))
            #expect(file == nil)
        }
        #expect(error?.kind == (isParquet ? .truncated : nil))
    }

    @Test(arguments: ["snappy-v1", "zstd-v2"])
    func `a cut file has no footer`(_ name: String) throws {
        let bytes = try ParquetFixtures.bytes("scalars-" + name)
        for count in [8, 100, bytes.count / 2, bytes.count - 9, bytes.count - 1] {
            let error = readParquet(Array(bytes.prefix(count))).error
            #expect(error?.kind == .truncated || error?.kind == .corruptData, "\(count)")
        }
    }

    @Test func `a page whose bytes have changed`() throws {
        var bytes = try ParquetFixtures.bytes("scalars-plain-v1")
        // The last value of the first page of `full long`, in 64 bits with the lowest byte first.
        let pattern = (0..<8).map { UInt8(truncatingIfNeeded: Int64.max >> (Int64($0) * 8)) }
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: pattern) })
        bytes[place] ^= 1
        let (rows, error) = readParquet(bytes)
        #expect(rows.isEmpty)
        #expect(error?.kind == .corruptChecksum)
        #expect(error?.message == "column full long: a page has another checksum than it says")
    }

    @Test func `what is not read is refused by name, and only when it is asked for`() throws {
        #expect(
            readParquet(try ParquetFixtures.bytes("refused-brotli")).error?.message
                == "column word: the compression BROTLI is not read")
        let file = try #require(try ParquetFile(bytes: ParquetFixtures.bytes("refused-types")))
        #expect(file.columnNames == ["word", "half", "raw"])
        let messages = [
            nil, "column half: values of the type FLOAT16 are not read",
            "column raw: expected UTF-8 text, found other bytes",
        ]
        for (column, message) in messages.enumerated() {
            let reader = ParquetReader(file)
            _ = try reader.next()
            _ = reader.field(column)
            #expect(failure { () throws(FileFormatError) in try reader.requireIntact() }?.message == message)
            #expect(failure { () throws(FileFormatError) in _ = try reader.next() }?.message == message)
        }
        var encrypted = try ParquetFixtures.bytes("refused-types")
        encrypted[encrypted.count - 1] = UInt8(ascii: "E")
        #expect(readParquet(encrypted).error?.message == "the file is encrypted")
    }
}

/// Decoders by their specifications' own examples, and at their limits.
@Suite struct ParquetDecoderTests {
    private func decoded(
        _ decode: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Void,
        _ input: [UInt8], count: Int
    ) -> String? {
        var output = [UInt8](repeating: 0, count: count)
        var hasFailed = false
        input.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                do throws(FileFormatError) { try decode(input, output) } catch { hasFailed = true }
            }
        }
        return hasFailed ? nil : String(decoding: output, as: UTF8.self)
    }

    @Test func `snappy copies that overlap themselves`() {
        // Two bytes as they are, then ten from two bytes before: tags of one, two and four bytes of offset.
        #expect(decoded(SnappyDecoder.decode, [12, 1 << 2, 0x61, 0x62, 6 << 2 | 1, 2], count: 12) == "abababababab")
        #expect(decoded(SnappyDecoder.decode, [12, 1 << 2, 0x61, 0x62, 9 << 2 | 2, 2, 0], count: 12) == "abababababab")
        #expect(
            decoded(SnappyDecoder.decode, [12, 1 << 2, 0x61, 0x62, 9 << 2 | 3, 2, 0, 0, 0], count: 12)
                == "abababababab")
        #expect(decoded(SnappyDecoder.decode, [3, 60 << 2, 2, 0x61, 0x62, 0x63], count: 3) == "abc")
    }

    private static let lies: [[UInt8]] = [
        [12, 0x04, 0x61, 0x62, 0x19, 3], [12, 0x04, 0x61, 0x62, 0x19, 0], [12, 0x04, 0x61],
        [11, 0x04, 0x61, 0x62, 0x19, 2], [12], [], [12, 0xFC, 255, 255, 255, 255],
        [12, 0x04, 0x61, 0x62, 0x1D, 2],
    ]

    @Test(arguments: lies)
    func `snappy that lies about itself`(_ input: [UInt8]) {
        #expect(decoded(SnappyDecoder.decode, input, count: 12) == nil)
    }

    @Test func `LZ4 blocks`() {
        #expect(decoded(LZ4Decoder.decode, [0x26, 0x61, 0x62, 2, 0], count: 12) == "abababababab")
        #expect(decoded(LZ4Decoder.decode, [0x26, 0x61, 0x62, 3, 0], count: 12) == nil)
        #expect(decoded(LZ4Decoder.decode, [0x2F, 0x61, 0x62, 2, 0], count: 12) == nil)
    }

    @Test func `runs as in the format's description`() {
        // 0 to 7 in three bits each, then 300 times 5.
        let bytes: [UInt8] = [3, 0b1000_1000, 0b1100_0110, 0b1111_1010, 0xD8, 0x04, 5]
        let (numbers, error) = bytes.withUnsafeBytes { bytes in
            var numbers: [UInt32] = []
            let error = failure { () throws(FileFormatError) in
                var runs = try ParquetRuns(bytes, width: 3)
                while true { numbers.append(try runs.next()) }
            }
            return (numbers, error)
        }
        #expect(numbers == Array(0..<8) + Array(repeating: 5, count: 300))
        #expect(error?.kind == .corruptData)
    }

    @Test func `bits of every width`() {
        for width in 1...64 {
            var random = SeededRandom(UInt64(width))
            let values = (0..<40).map { _ in random.next() >> UInt64(64 - width) }
            var bytes = [UInt8](repeating: 0, count: width * 5)
            for (number, value) in values.enumerated() {
                for bit in 0..<width where value >> UInt64(bit) & 1 == 1 {
                    bytes[(number * width + bit) / 8] |= 1 << UInt8((number * width + bit) % 8)
                }
            }
            let (found, error) = bytes.withUnsafeBytes { bytes in
                var bits = ParquetBits(bytes, width: width)
                var found: [UInt64] = []
                let error = failure { () throws(FileFormatError) in while true { found.append(try bits.next()) } }
                return (found, error)
            }
            #expect(found == values, "\(width) bits")
            #expect(error?.kind == .corruptData)
        }
    }

    @Test func `metadata that is nested or long without end`() {
        for bytes in [
            [UInt8](repeating: 0x1C, count: 100_000), [UInt8](repeating: 0x19, count: 100_000),
            [0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ] {
            let error = bytes.withUnsafeBytes { bytes in
                failure { () throws(FileFormatError) in _ = try ParquetMetadata(bytes) }
            }
            #expect(error?.kind == .corruptData)
        }
    }
}
