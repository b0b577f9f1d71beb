/// Why a file, or one record of it, cannot be read, with the place where that was noticed.
///
/// The message is a lower-case phrase without the path and without a final full stop, so that a caller can put it
/// behind `file:line:column:`. Places are those of the *text*: after decompression, and after conversion to UTF-8
/// without the byte order mark.
package struct FileFormatError: Error, Hashable, Sendable {
    package let kind: Kind

    /// What was expected and what was found, in lower case.
    package let message: String

    /// Physical line of the text, from 1.
    package var line: Int?

    /// Column in that line, from 1, counted in Unicode scalars.
    package var column: Int?

    /// Offset from 0: into the text, or into the file itself for errors of a container (gzip, zip).
    package var byteOffset: Int?

    package init(_ kind: Kind, _ message: String, line: Int? = nil, column: Int? = nil, byteOffset: Int? = nil) {
        self.kind = kind
        self.message = message
        self.line = line
        self.column = column
        self.byteOffset = byteOffset
    }
}

extension FileFormatError {
    /// What kind of thing went wrong; the caller chooses its own code and remedy by it.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        // The file itself.
        case cannotOpen
        case cannotRead
        case cannotWrite
        case changedWhileReading
        case emptyFile

        // The container.
        case truncated
        case corruptData
        case corruptChecksum
        case trailingData
        case decompressionLimit
        case archiveWithoutEntries
        case severalEntries
        case encryptedArchive
        case unsupportedArchive

        // The text.
        case notUTF8
        case unsupportedEncoding
        case parquet

        // CSV.
        case noHeader
        case unclosedQuote
        case unexpectedCharacterAfterQuote
        case bareCarriageReturn
        case recordTooLong
        case tooManyFields

        // JSON.
        case malformedJSON
        case nestingTooDeep
        case duplicateKey
    }
}

extension FileFormatError: CustomStringConvertible {
    package var description: String {
        switch (line, column, byteOffset) {
        case (let line?, let column?, _): "line \(line), column \(column): \(message)"
        case (let line?, nil, _): "line \(line): \(message)"
        case (nil, _, let offset?): "byte \(offset): \(message)"
        default: message
        }
    }
}

extension FileFormatError {
    /// The same error, placed by somebody who knows better where the text began.
    package func placed(line: Int?, column: Int?, byteOffset: Int?) -> FileFormatError {
        FileFormatError(
            kind, message, line: line ?? self.line, column: column ?? self.column,
            byteOffset: byteOffset ?? self.byteOffset)
    }
}
