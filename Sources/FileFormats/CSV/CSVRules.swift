import CScan

/// What a CSV file may look like, beyond RFC 4180.
package struct CSVRules: Hashable, Sendable {
    /// The byte between fields; not a quote, CR or LF.
    package var delimiter: UInt8

    /// Most bytes of one record, without its line end, and most fields in it: beyond them something else is wrong with
    /// the file, and memory stays bounded.
    package var maximumRecordBytes: Int
    package var maximumFields: Int

    package init(
        delimiter: UInt8 = UInt8(ascii: ","), maximumRecordBytes: Int = 16 << 20, maximumFields: Int = 20_000
    ) {
        self.delimiter = delimiter
        self.maximumRecordBytes = maximumRecordBytes
        self.maximumFields = maximumFields
    }

    var scanRules: cscan_csv_rules {
        cscan_csv_rules(
            delimiter: delimiter, maximum_record_bytes: UInt32(clamping: maximumRecordBytes),
            maximum_fields: UInt32(clamping: maximumFields))
    }
}
