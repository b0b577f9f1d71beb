// Not of the package: fuzz.sh compiles it with the coverage that libFuzzer follows.
import BillingTerms
import FileFormats

/// The first byte says which parser gets the rest: CSV, JSON records, a JSON value, a file in its container, a number, a
/// time. What is taken must be written as what it was taken for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let start, size > 1 else { return 0 }
    let bytes = [UInt8](UnsafeBufferPointer(start: start + 1, count: size - 1))
    switch start[0] % 6 {
    case 0:
        if let source = try? ByteSource.open(bytes: bytes, options: ReadingOptions(readSize: 7)),
            let reader = try? CSVReader(source: source, bufferSize: 16)
        {
            while (try? reader.next()) == true { for field in 0..<reader.fieldCount { _ = reader.string(field) } }
        }
    case 1:
        if let source = try? ByteSource.open(bytes: bytes) {
            let records = JSONRecords(source: source, bufferSize: 16)
            while (try? records.next()) == true { _ = records.column }
        }
    case 2: _ = try? JSONValue(parsing: bytes, duplicateKeys: .kept)
    case 3:
        if let file = try? InputFile(
            bytes: bytes, options: ReadingOptions(limit: DecompressionLimit(maximumBytes: 1 << 20)))
        {
            for index in 0..<file.textCount {
                guard let source = try? file.open(index) else { continue }
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
                while let count = try? source.read(into: buffer), count > 0 {}
                buffer.deallocate()
            }
        }
    case 4:
        bytes.withUnsafeBytes {
            if let value = try? ExactDecimal(parsing: $0) {
                precondition((try? ExactDecimal(parsing: value.description)) == value)
            }
        }
    default:
        bytes.withUnsafeBytes {
            if let time = try? Timestamp(parsing: $0, zone: .utc) {
                precondition((try? Timestamp(parsing: time.description, zone: nil)) == time)
            }
        }
    }
    return 0
}
