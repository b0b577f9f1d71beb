import Synchronization

/// How far the reading of many files is: added to by whoever reads, looked at by whoever shows it.
package final class ReadingProgress: Sendable {
    /// What there is to be read, as it lies on the disk.
    package let totalBytes: Int
    package let totalFiles: Int

    private let bytes = Atomic<Int>(0)
    private let files = Atomic<Int>(0)

    package init(totalBytes: Int, totalFiles: Int) {
        self.totalBytes = totalBytes
        self.totalFiles = totalFiles
    }

    package var doneBytes: Int { bytes.load(ordering: .relaxed) }
    package var doneFiles: Int { files.load(ordering: .relaxed) }

    package func add(bytes count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
    package func addFile() { files.wrappingAdd(1, ordering: .relaxed) }
}
