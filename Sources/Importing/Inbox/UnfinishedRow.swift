import BillingTerms

/// A file that was cut inside its last field looks like one whose writer leaves out the last line end.
enum UnfinishedRow {
    /// Of a plain CSV file without a line end behind its last row, whose last column counts.
    static func finding(_ path: String) -> Finding {
        Finding(
            .warning, .unfinishedRow, "the last row has no line end, so that a file cut inside it would look the same",
            at: Place(file: path),
            notes: [
                "the row counts as it stands; compare it with the source",
                "\"final_line_end: optional\" for the file's source in sources.yaml says that files of it end so",
            ])
    }
}
