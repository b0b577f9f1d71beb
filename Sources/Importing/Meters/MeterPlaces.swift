import BillingTerms
import FileFormats
import Foundation

// Places in files for people: reading itself knows offsets only.
extension MeterReading {
    /// A fault of a whole file. Nothing of the file is imported.
    func finding(about file: File, _ code: FindingCode, _ error: FileFormatError) -> Finding {
        var place = BillingTerms.Place(
            file: file.file.name, line: error.line, column: error.column, byte: error.byteOffset)
        // Faults of the text have a line; those of a container only know the byte of the file.
        if error.line != nil || error.kind == .notUTF8, let offset = error.byteOffset {
            // Lines were counted from where somebody began to read; without the exact one only the offset is sure.
            place = (try? exactPlace(file, offset)) ?? BillingTerms.Place(file: file.file.name, byte: offset)
        }
        return Finding(code, error.message, at: place, notes: ["nothing of it is imported"])
    }

    /// Line, column and excerpt of an offset in a file of one text.
    private func exactPlace(_ file: File, _ offset: Int) throws -> BillingTerms.Place? {
        let input = try InputFile(path: file.file.path)
        guard input.textCount == 1 else { return nil }
        let source = try input.open()
        var line = 1
        var lineText: [UInt8] = []
        var lineStart = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { buffer.deallocate() }
        var position = 0
        while position < offset {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(offset - position)))
            guard count > 0 else { break }
            for index in 0..<count {
                if buffer[index] == 0x0A {
                    line += 1
                    lineStart = position + index + 1
                    lineText.removeAll(keepingCapacity: true)
                } else if lineText.count < 1 << 12 {
                    lineText.append(buffer[index])
                }
            }
            position += count
        }
        let column = lineText.reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        let rest = (try? source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(1 << 10)))) ?? 0
        lineText += buffer.prefix(rest).prefix { $0 != 0x0A }
        let excerpt = String(decoding: lineText, as: UTF8.self)
        let isWhole = lineText.count < 1 << 12 && position - lineStart < 1 << 12
        return BillingTerms.Place(
            file: file.file.name, line: line, column: column, byte: offset, excerpt: isWhole ? excerpt : nil)
    }

    /// Where rows stand, for people.
    package func places(of rows: [UInt64]) throws -> [BillingTerms.Place] {
        var result = rows.map { BillingTerms.Place(file: files[order(of: $0).file].file.name) }
        for (file, indices) in Dictionary(grouping: rows.indices, by: { order(of: rows[$0]).file }) {
            let offsets = indices.map { (order(of: rows[$0]).text, order(of: rows[$0]).offset) }
            for (index, line) in zip(indices, try lines(ofFile: file, offsets)) { result[index].line = line }
        }
        return result
    }

    /// The lines on which rows begin, for offsets in any order.
    func lines(ofFile index: Int, _ offsets: [(text: Int, offset: Int)]) throws -> [Int] {
        var result = [Int](repeating: 0, count: offsets.count)
        let input = try InputFile(path: files[index].file.path)
        let order = offsets.indices.sorted { offsets[$0] < offsets[$1] }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var next = 0
        while next < order.count {
            let text = offsets[order[next]].text
            let source = try input.open(text)
            var position = 0
            var line = 1
            while next < order.count, offsets[order[next]].text == text {
                let wanted = offsets[order[next]].offset
                while position < wanted {
                    let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(wanted - position))
                    let count = try source.read(into: part)
                    guard count > 0 else { throw MeterDiagnosis.changed }
                    line += part.prefix(count).reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
                    position += count
                }
                result[order[next]] = line
                next += 1
            }
        }
        return result
    }
}
