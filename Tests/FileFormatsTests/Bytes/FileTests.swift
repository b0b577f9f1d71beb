import Foundation
import Testing

@testable import FileFormats

@Suite struct FileTests {
    @Test func `a missing file and a folder cannot be opened`() {
        for path in ["/nonexistent/file.csv", NSTemporaryDirectory(), "/dev/null"] {
            let error = failure { () throws(FileFormatError) in _ = try ByteSource.open(path: path) }
            #expect(error?.kind == .cannotOpen)
        }
    }

    @Test func `the digest is that of the file on the disk`() throws {
        let contents = Archives.gzip("a,b\n1,2\n")
        let file = try TemporaryFile(contents)
        let whole = try ByteSource.digest(ofFile: file.path)
        let source = try ByteSource.open(path: file.path)
        _ = try readText(source)
        #expect(try source.digest() == whole)
        #expect(try InputFile(path: file.path).digest() == whole)
        let unread = try ByteSource.open(path: file.path)
        #expect(try unread.digest() == whole)
        let unhashed = try ByteSource.open(path: file.path, options: ReadingOptions(hashesWhileReading: false))
        #expect(try unhashed.digest() == whole)
    }

    @Test func `SHA-256 of known texts`() throws {
        let known = [
            "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ]
        for (text, hexadecimal) in known {
            let hasher = try SHA256Hasher()
            for byte in text.utf8 { hasher.update([byte]) }
            let digest = try hasher.finish()
            #expect(digest.hexadecimal == hexadecimal)
            #expect(SHA256Digest(hexadecimal: hexadecimal.uppercased()) == digest)
            #expect(SHA256Digest(bytes: digest.bytes) == digest)
        }
        #expect(SHA256Digest(hexadecimal: "ab") == nil)
        #expect(SHA256Digest(hexadecimal: String(repeating: "g", count: 64)) == nil)
    }

    @Test func `a file that becomes shorter while it is read is refused`() throws {
        let file = try TemporaryFile(Array(repeating: UInt8(ascii: "x"), count: 100_000))
        let source = try ByteSource.open(path: file.path, options: ReadingOptions(readSize: 1000))
        truncate(file.path, 50_000)
        let error = failure { () throws(FileFormatError) in _ = try readText(source) }
        #expect(error?.kind == .changedWhileReading)
    }

    @Test func `a file that becomes longer while it is read is refused`() throws {
        let file = try TemporaryFile(Array(repeating: UInt8(ascii: "x"), count: 1000))
        let source = try ByteSource.open(path: file.path)
        let handle = try #require(FileHandle(forWritingAtPath: file.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("more".utf8))
        try handle.close()
        #expect(failure { () throws(FileFormatError) in _ = try readText(source) }?.kind == .changedWhileReading)
    }

    @Test func `plain text can be read in pieces by offset`() throws {
        let file = try InputFile(bytes: [0xEF, 0xBB, 0xBF] + Array("0123456789".utf8))
        let text = try #require(try file.plainText())
        #expect(text.size == 10)
        #expect(text.pieces(of: 4) == [0..<4, 4..<8, 8..<10])
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
        defer { buffer.deallocate() }
        #expect(try text.read(at: 8, into: buffer) == 2)
        #expect(Array(buffer.prefix(2)) == Array("89".utf8))
        #expect(try InputFile(bytes: Archives.gzip("x")).plainText() == nil)
        #expect(try InputFile(bytes: [0xFF, 0xFE, 0x61, 0x00]).plainText() == nil)
    }

    @Test func `reading all of a text is bounded`() throws {
        let source = try ByteSource.open(bytes: Array("0123456789".utf8))
        let error = failure { () throws(FileFormatError) in _ = try source.readAll(maximumBytes: 9) }
        #expect(error?.kind == .recordTooLong)
        #expect(try ByteSource.open(bytes: Array("0123456789".utf8)).readAll(maximumBytes: 10).count == 10)
    }
}
