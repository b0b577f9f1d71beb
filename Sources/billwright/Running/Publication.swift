import BillingTerms
import CSystemCalls
import Foundation

/// Puts a run's folder in its place: everything is written beside it, flushed, and then takes the place in one step.
/// Whoever looks sees the old folder or the new one, never half of either, also after a kill or a power cut. The old one
/// is kept until the run is booked, and takes its place again when it cannot be.
struct Publication {
    let outputFolder: String
    /// The folder's final name, the period's.
    let name: String
    private var isPublished = false

    init(outputFolder: String, name: String) {
        self.outputFolder = outputFolder
        self.name = name
    }

    var target: String { outputFolder + "/" + name }
    var staging: String { outputFolder + "/.staging-" + name }
    /// Where the old folder stands for a moment on file systems that cannot swap two folders.
    private var retired: String { outputFolder + "/.retired-" + name }

    /// Sweeps what a killed run left, and makes an empty staging folder.
    func begin() throws {
        try makeFolder(outputFolder, mayExist: true)
        if isThere(retired) {
            if isThere(target) { try remove(retired) } else { try rename(retired, to: target) }
        }
        if isThere(staging) { try remove(staging) }
        guard !isThere(target) || isFolder(target) else {
            throw cannotWrite(target, "expected a folder of drafts, found a file")
        }
        try makeFolder(staging, mayExist: false)
    }

    /// Publishes the staging folder. Files in the old folder that no run wrote (`ownFiles` are those that one did) move
    /// along.
    mutating func publish(ownFiles: Set<String>) throws {
        try keepForeignFiles(ownFiles: ownFiles)
        try flush()
        if !isThere(target) {
            try rename(staging, to: target)
        } else if bw_exchange(staging, target) != 0 {
            try rename(target, to: retired)
            try rename(staging, to: target)
        }
        isPublished = true
        try flushFolder(outputFolder)
    }

    /// The run is booked: what it replaced can go. What cannot be removed now is swept by the next run.
    func finish() {
        for old in [staging, retired] { try? FileManager.default.removeItem(atPath: old) }
    }

    /// Puts everything back as it was before the run.
    func abandon() {
        if isPublished {
            if isThere(retired) {
                _ = Foundation.rename(target, staging)
                _ = Foundation.rename(retired, target)
            } else if isThere(staging) {
                _ = bw_exchange(staging, target)
            } else {
                _ = Foundation.rename(target, staging)
            }
            try? flushFolder(outputFolder)
        } else if isThere(retired), !isThere(target) {
            _ = Foundation.rename(retired, target)
        }
        try? FileManager.default.removeItem(atPath: staging)
    }

    private func keepForeignFiles(ownFiles: Set<String>) throws {
        guard let entries = FileManager.default.enumerator(atPath: target) else { return }
        for case let path as String in entries where !ownFiles.contains(path) {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: target + "/" + path, isDirectory: &isFolder),
                !isFolder.boolValue,
                !FileManager.default.fileExists(atPath: staging + "/" + path)
            else { continue }
            let parent = (staging + "/" + path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            guard link(target + "/" + path, staging + "/" + path) == 0 else {
                throw cannotWrite(staging + "/" + path, "a file of yours cannot be kept: \(systemReason())")
            }
        }
    }

    /// One call flushes the file system that holds the folder: a call for each of thousands of files would take minutes.
    /// An error here means that something may not be on the disk; it is never tried again.
    private func flush() throws {
        let descriptor = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(staging, "cannot be opened: \(systemReason())") }
        defer { close(descriptor) }
        guard bw_flush_file_system(descriptor) == 0 else {
            throw cannotWrite(staging, "cannot be flushed: \(systemReason())")
        }
    }

    private func flushFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(path, "cannot be opened: \(systemReason())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw cannotWrite(path, "cannot be flushed: \(systemReason())") }
    }

    private func rename(_ from: String, to: String) throws {
        guard Foundation.rename(from, to) == 0 else {
            throw cannotWrite(to, "cannot take its place: \(systemReason())")
        }
    }

    private func cannotWrite(_ path: String, _ message: String) -> Findings {
        Findings([
            Finding(
                .cannotWrite, message, at: Place(file: path),
                notes: ["the outputs of earlier runs are untouched; nothing was written to the ledger"])
        ])
    }

    private func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func makeFolder(_ path: String, mayExist: Bool) throws {
        if mkdir(path, 0o755) == 0 || (mayExist && errno == EEXIST && isFolder(path)) { return }
        let reason = errno == EEXIST ? "a file stands in its place" : systemReason()
        throw cannotWrite(path, "the folder cannot be made: \(reason)")
    }

    private func remove(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw cannotWrite(path, "what an earlier run left cannot be removed: \(error.localizedDescription)")
        }
    }

    private func systemReason() -> String { String(cString: strerror(errno)).lowercased() }
}
