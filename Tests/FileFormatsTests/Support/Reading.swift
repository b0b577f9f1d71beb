import Foundation

@testable import FileFormats

/// Every parser must say the same however the bytes arrive.
let chunkSizes = [1, 2, 3, 7, 64, 1 << 18]

func readText(_ source: ByteSource, bufferSize: Int = 1 << 16) throws(FileFormatError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 1)
    defer { buffer.deallocate() }
    var bytes: [UInt8] = []
    while true {
        let count = try source.read(into: buffer)
        if count == 0 { return bytes }
        bytes += buffer.prefix(count)
    }
}

func readText(_ file: [UInt8], chunk: Int = 1 << 18) throws(FileFormatError) -> String {
    let source = try ByteSource.open(bytes: file, options: ReadingOptions(readSize: chunk))
    return String(decoding: try readText(source, bufferSize: chunk), as: UTF8.self)
}

/// The error that the body throws; `nil` when it throws none.
func failure(_ body: () throws(FileFormatError) -> Void) -> FileFormatError? {
    do throws(FileFormatError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// A file that is gone after the test.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = NSTemporaryDirectory() + "fileformats-" + UUID().uuidString
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

extension FileFormatError {
    /// Whether a person would find the place.
    var hasPlace: Bool { line != nil || byteOffset != nil }
}
