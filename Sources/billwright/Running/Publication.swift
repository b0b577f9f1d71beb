import BillingTerms
import CSystemCalls
import Foundation

/// Puts a run's folder in its place: everything is written beside it, flushed, and then takes the place in one step.
/// Whoever looks sees the old folder or the new one, never half of either, also after a kill or a power cut.
struct Publication {
    let outputFolder: String
    /// The folder's final name, the period's.
    let name: String

    var target: String { outputFolder + "/" + name }
    var staging: String { outputFolder + "/.staging-" + name }
    /// Where the old folder stands for a moment on file systems that cannot swap two folders.
    private var retired: String { outputFolder + "/.retired-" + name }

    /// Sweeps what a killed run left, and makes an empty staging folder.
    func begin() throws {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: outputFolder, withIntermediateDirectories: true)
            if files.fileExists(atPath: retired) {
                if files.fileExists(atPath: target) {
                    try files.removeItem(atPath: retired)
                } else {
                    try rename(retired, to: target)
                }
            }
            if files.fileExists(atPath: staging) { try files.removeItem(atPath: staging) }
            try files.createDirectory(atPath: staging, withIntermediateDirectories: false)
        } catch let error as Findings {
            throw error
        } catch {
            throw cannotWrite(outputFolder, "the folder cannot be prepared: \(reason(error))")
        }
    }

    func abandon() {
        try? FileManager.default.removeItem(atPath: staging)
    }

    /// Publishes the staging folder. Files in the old folder that no run wrote (`ownFiles` are those that one did) move
    /// along.
    func publish(ownFiles: Set<String>) throws {
        try keepForeignFiles(ownFiles: ownFiles)
        try flush()
        if !FileManager.default.fileExists(atPath: target) {
            try rename(staging, to: target)
        } else if bw_exchange(staging, target) == 0 {
            try flushFolder(outputFolder)
            try? FileManager.default.removeItem(atPath: staging)
        } else {
            try rename(target, to: retired)
            try rename(staging, to: target)
            try flushFolder(outputFolder)
            try? FileManager.default.removeItem(atPath: retired)
        }
        try flushFolder(outputFolder)
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

    private func systemReason() -> String { String(cString: strerror(errno)).lowercased() }

    private func reason(_ error: any Error) -> String {
        if let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError,
            underlying.domain == NSPOSIXErrorDomain
        {
            return String(cString: strerror(Int32(underlying.code))).lowercased()
        }
        return (error as NSError).localizedDescription
    }
}
