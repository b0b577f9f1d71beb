import Foundation
import Testing

@testable import FileFormats

@Suite struct ByteSourceTests {
    @Test(arguments: chunkSizes)
    func `plain text comes as it is`(chunk: Int) throws {
        let text = "name,größe\n서울,🎲\n"
        #expect(try readText(Array(text.utf8), chunk: chunk) == text)
    }

    @Test(arguments: chunkSizes)
    func `a UTF-8 byte order mark is dropped once`(chunk: Int) throws {
        #expect(try readText([0xEF, 0xBB, 0xBF] + Array("a,b".utf8), chunk: chunk) == "a,b")
        #expect(try readText([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF], chunk: chunk) == "\u{FEFF}")
        #expect(try readText([0xEF, 0xBB, 0xBF], chunk: chunk) == "")
    }

    @Test(arguments: chunkSizes)
    func `UTF-16 with its mark is converted`(chunk: Int) throws {
        let text = "name;größe\r\n서울;🎲\r\n"
        let little: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { Archives.little(Int($0), 2) }
        let big: [UInt8] = [0xFE, 0xFF] + text.utf16.flatMap { Archives.little(Int($0), 2).reversed() }
        #expect(try readText(little, chunk: chunk) == text)
        #expect(try readText(big, chunk: chunk) == text)
        #expect(try readText(Archives.gzip(little), chunk: chunk) == text)
    }

    @Test func `half a surrogate pair in UTF-16 is refused`() {
        for units: [Int] in [[0xD800], [0xD800, 0x0041], [0xDC00, 0x0041], [0xDC00, 0xD800]] {
            let file: [UInt8] = [0xFF, 0xFE] + ([0x61] + units).flatMap { Archives.little($0, 2) }
            let error = failure { () throws(FileFormatError) in _ = try readText(file, chunk: 3) }
            #expect(error?.kind == .notUTF8)
            #expect(error?.byteOffset == 1)
        }
    }

    @Test func `UTF-16 that ends within a character is refused`() {
        let error = failure { () throws(FileFormatError) in _ = try readText([0xFF, 0xFE, 0x61, 0x00, 0x62]) }
        #expect(error?.kind == .truncated)
    }

    @Test func `other encodings are refused by name`() {
        let texts: [([UInt8], FileFormatError.Kind)] = [
            ([0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00], .unsupportedEncoding),
            ([0x00, 0x00, 0xFE, 0xFF, 0x00, 0x00, 0x00, 0x61], .unsupportedEncoding),
            ([0x61, 0x00, 0x62, 0x00], .unsupportedEncoding),
            ([0x00, 0x61, 0x00, 0x62], .unsupportedEncoding),
            (Array("PAR1".utf8) + [0x15, 0x04], .parquet),
            ([0x28, 0xB5, 0x2F, 0xFD, 0x00], .unsupportedArchive),
            (Array("BZh91AY".utf8), .unsupportedArchive),
        ]
        for (bytes, kind) in texts {
            #expect(failure { () throws(FileFormatError) in _ = try readText(bytes) }?.kind == kind)
        }
    }

    @Test func `parquet within gzip is recognised as well`() {
        let error = failure { () throws(FileFormatError) in _ = try readText(Archives.gzip("PAR1 and so on")) }
        #expect(error?.kind == .parquet)
    }

    @Test(arguments: chunkSizes)
    func `bytes that are not UTF-8 are refused with their offset`(chunk: Int) {
        let wrong: [[UInt8]] = [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE9, 0x20], [0xE2, 0x82, 0x41],
        ]
        for bytes in wrong {
            for length in [0, 5, 63, 64, 70, 200] {
                let prefix = Array(repeating: UInt8(ascii: "x"), count: length)
                let error = failure { () throws(FileFormatError) in
                    _ = try readText(prefix + bytes + Array("yyyyyyyyyyyyyyyyyyyy".utf8), chunk: chunk)
                }
                // A text that begins with 0xFF has neither mark nor meaning.
                #expect(error?.kind == .notUTF8, "\(bytes) after \(length)")
                #expect(error?.byteOffset == length, "\(bytes) after \(length)")
            }
        }
    }

    @Test(arguments: chunkSizes)
    func `what comes before a wrong byte is delivered first`(chunk: Int) throws {
        let source = try ByteSource.open(bytes: Array("good".utf8) + [0xFF], options: ReadingOptions(readSize: chunk))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
        defer { buffer.deallocate() }
        var bytes: [UInt8] = []
        let error = failure { () throws(FileFormatError) in
            while true { bytes += buffer.prefix(try source.read(into: buffer)) }
        }
        #expect(bytes == Array("good".utf8))
        #expect(error?.kind == .notUTF8)
    }

    @Test func `every Unicode scalar is accepted`() throws {
        let scalars = (0x20...0x10FFFF).compactMap { Unicode.Scalar($0) }
        let text = String(String.UnicodeScalarView(scalars))
        #expect(try readText(Array(text.utf8), chunk: 1 << 18) == text)
        #expect(UTF8Check.firstInvalidOffset(in: UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
    }

    @Test func `the check of UTF-8 agrees with the standard library`() {
        var random = SeededRandom(7)
        let pieces: [[UInt8]] = [
            Array("abcdefgh".utf8), Array("é".utf8), Array("한".utf8), Array("🎲".utf8), [0x80], [0xE2, 0x82], [0xF0],
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(24)).flatMap { _ in
                random.below(40) == 0 ? random.element(of: pieces) : pieces[random.below(4)]
            }
            let offset = bytes.withUnsafeBytes { UTF8Check.firstInvalidOffset(in: $0) }
            #expect((offset == nil) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
            if let offset {
                #expect(String(validating: bytes[..<offset], as: UTF8.self) != nil, "\(bytes)")
            }
        }
    }

    @Test func `looking ahead takes nothing`() throws {
        let source = try ByteSource.open(bytes: Array("abcdefgh".utf8), options: ReadingOptions(readSize: 1))
        #expect(try source.prefix(3) == Array("abc".utf8))
        #expect(try source.prefix(100) == Array("abcdefgh".utf8))
        #expect(source.offset == 0)
        #expect(try readText(source, bufferSize: 3) == Array("abcdefgh".utf8))
        #expect(source.offset == 8)
    }
}
