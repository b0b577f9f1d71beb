import FileFormats

/// What is wrong with a workbook that was opened again.
struct WorkbookDamage: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// The parts of a workbook's zip archive. Each is unpacked, its checksum compared, and it must be UTF-8, as its XML says.
struct ZipParts {
    private let entries: ZipEntryReader
    /// In the order of the directory.
    let names: [String]

    init(_ bytes: [UInt8]) throws(WorkbookDamage) {
        let archive: InputFile
        do throws(FileFormatError) {
            let options = ReadingOptions(hashesWhileReading: false, acceptsOfficeDocuments: true)
            archive = try InputFile(bytes: bytes, options: options)
            entries = try ZipEntryReader(archive)
        } catch {
            throw WorkbookDamage("it cannot be opened: \(error.message)")
        }
        guard case .zip = archive.container else { throw WorkbookDamage("it is no zip archive") }
        names = archive.entryNames
    }

    /// The content of a part.
    func content(_ name: String) throws(WorkbookDamage) -> [UInt8] {
        guard let place = names.firstIndex(of: name) else { throw WorkbookDamage("the part \(name) is missing") }
        do throws(FileFormatError) {
            return try entries.text(place, maximumBytes: 1 << 32)
        } catch {
            throw WorkbookDamage("the part \(name) is damaged: \(error.message)")
        }
    }
}
