import FileFormats

/// Sizes of files, in bytes.
enum ByteCount {
    /// 0 when the file cannot be opened; whoever reads it says so.
    static func ofFile(_ path: String) -> Int { (try? BillInput(path: path))?.size ?? 0 }
}
