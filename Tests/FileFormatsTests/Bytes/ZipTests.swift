import Testing

@testable import FileFormats

@Suite struct ZipTests {
    private let text = (0..<300).map { "row \($0),값\n" }.joined()

    @Test(arguments: chunkSizes)
    func `stored and deflated entries are read`(chunk: Int) throws {
        for isDeflated in [true, false] {
            let file = Archives.zip([.init("a.csv", text, isDeflated: isDeflated)], comment: "made for a test")
            #expect(try readText(file, chunk: chunk) == text)
        }
    }

    @Test func `every file of an archive is a text of its own, and folders are none`() throws {
        let file = try InputFile(
            bytes: Archives.zip([
                .init("folder/", "", isDeflated: false), .init("folder/one.csv", "1"), .init("둘.csv", "2"),
                .init("empty", "", isDeflated: false),
            ]))
        #expect(file.container == .zip)
        #expect(file.entryNames == ["folder/one.csv", "둘.csv", "empty"])
        #expect(try (0..<file.textCount).map { try readText(file.open($0)) } == [[0x31], [0x32], []])
        let error = failure { () throws(FileFormatError) in _ = try file.open(3) }
        #expect(error?.kind == .archiveWithoutEntries)
    }

    @Test func `what macOS adds to an archive is no text of it`() throws {
        let packed = Archives.zip([
            .init("usage.csv", text), .init("__MACOSX/._usage.csv", "\u{0}\u{5}\u{16}\u{7}"),
            .init(".DS_Store", "Bud1"),
        ])
        #expect(try InputFile(bytes: packed).entryNames == ["usage.csv"])
        #expect(try readText(packed) == text)
    }

    @Test func `an archive of several files is not taken for one text`() {
        let file = Archives.zip([.init("one", "1"), .init("two", "2")])
        #expect(failure { () throws(FileFormatError) in _ = try readText(file) }?.kind == .severalEntries)
    }

    @Test func `sizes of Zip64 are read`() throws {
        var entry = Archives.Entry("large.csv", text)
        entry.isZip64 = true
        #expect(try readText(Archives.zip([entry])) == text)
    }

    @Test func `an archive without files is refused`() {
        for file in [Archives.zip([]), Archives.zip([.init("folder/", "", isDeflated: false)])] {
            #expect(failure { () throws(FileFormatError) in _ = try readText(file) }?.kind == .archiveWithoutEntries)
        }
    }

    @Test func `an archive cut anywhere is refused`() {
        let file = Archives.zip([.init("a.csv", "a,b\n1,2\n"), .init("b.csv", "c\n", isDeflated: false)])
        for length in 4..<file.count {
            let error = failure { () throws(FileFormatError) in
                let cut = try InputFile(bytes: Array(file[..<length]))
                for index in 0..<cut.textCount { _ = try readText(cut.open(index)) }
            }
            #expect(error?.kind == .truncated, "cut after \(length) bytes")
        }
    }

    @Test func `a wrong checksum or size is refused`() {
        for isDeflated in [true, false] {
            var entry = Archives.Entry("a.csv", text, isDeflated: isDeflated)
            entry.checksum = 12
            let error = failure { () throws(FileFormatError) in _ = try readText(Archives.zip([entry])) }
            #expect(error?.kind == .corruptChecksum)
            entry.checksum = nil
            entry.statedSize = entry.contents.count - 1
            let other = failure { () throws(FileFormatError) in _ = try readText(Archives.zip([entry])) }
            #expect(other?.kind == .corruptData)
        }
    }

    @Test func `encrypted entries and other methods are refused by name`() {
        var encrypted = Archives.Entry("a.csv", text)
        encrypted.flags = 1
        #expect(
            failure { () throws(FileFormatError) in _ = try readText(Archives.zip([encrypted])) }?.kind
                == .encryptedArchive)
        var other = Archives.Entry("a.csv", text)
        other.method = 12
        #expect(
            failure { () throws(FileFormatError) in _ = try readText(Archives.zip([other])) }?.kind
                == .unsupportedArchive)
        let workbook = Archives.zip([.init("[Content_Types].xml", "<x/>")])
        #expect(failure { () throws(FileFormatError) in _ = try readText(workbook) }?.kind == .unsupportedArchive)
    }

    @Test func `entries that overlap are refused`() throws {
        var file = Archives.zip([.init("a", "same"), .init("b", "same")])
        // The second entry of the directory is made to point at the first one's data.
        let place = try #require(file.indices.last { Array(file[$0...].prefix(4)) == [0x50, 0x4B, 0x01, 0x02] })
        file.replaceSubrange(place + 42..<place + 46, with: [0, 0, 0, 0])
        let error = failure { () throws(FileFormatError) in _ = try InputFile(bytes: file) }
        #expect(error?.kind == .corruptData)
    }

    @Test func `decompression is bounded`() {
        let file = Archives.zip([.init("a", String(repeating: "0", count: 1 << 20))])
        let options = ReadingOptions(limit: DecompressionLimit(maximumBytes: 1000))
        let error = failure { () throws(FileFormatError) in
            _ = try readText(ByteSource.open(bytes: file, options: options), bufferSize: 100)
        }
        #expect(error?.kind == .decompressionLimit)
    }

    @Test func `an entry is unpacked in one step as it is as a stream`() throws {
        for isDeflated in [true, false] {
            let file = try InputFile(
                bytes: Archives.zip([.init("a", ""), .init("b.csv", text, isDeflated: isDeflated)]))
            let reader = try ZipEntryReader(file)
            for index in 0..<2 {
                #expect(try reader.text(index, maximumBytes: text.utf8.count) == readText(file.open(index)))
            }
            let error = failure { () throws(FileFormatError) in
                _ = try reader.text(1, maximumBytes: text.utf8.count - 1)
            }
            #expect(error?.kind == .decompressionLimit)
        }
    }

    @Test func `an entry that is damaged, of another size or not UTF-8 is not unpacked`() throws {
        func fault(_ entry: Archives.Entry) throws -> FileFormatError.Kind? {
            let reader = try ZipEntryReader(InputFile(bytes: Archives.zip([entry])))
            return failure { () throws(FileFormatError) in _ = try reader.text(0, maximumBytes: 1 << 20) }?.kind
        }
        for isDeflated in [true, false] {
            var entry = Archives.Entry("a.csv", text, isDeflated: isDeflated)
            entry.checksum = 12
            #expect(try fault(entry) == .corruptChecksum)
            entry.checksum = nil
            entry.statedSize = entry.contents.count - 1
            #expect(try fault(entry) == (isDeflated ? .corruptData : .corruptChecksum))
            entry.statedSize = nil
            entry.contents = [0x61, 0xFF]
            #expect(try fault(entry) == .notUTF8)
        }
    }
}
