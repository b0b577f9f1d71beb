import BillingTerms
import Foundation

/// The exports as they arrived: every file below `inbox/`, at any depth, in the order of their paths. They are read and
/// never moved, changed or deleted.
package struct Inbox: Sendable {
    package struct File: Hashable, Sendable {
        /// Relative to the workspace, as findings and reports name it.
        package var path: String
        /// Where it is opened.
        package var location: String
        package var byteCount: Int
        package var modified: Timestamp

        package init(path: String, location: String, byteCount: Int, modified: Timestamp) {
            self.path = path
            self.location = location
            self.byteCount = byteCount
            self.modified = modified
        }
    }

    /// To be read now.
    package var files: [File]
    /// Changed a moment ago: still being written, perhaps, and left for the next run.
    package var unsettled: [File]
    package var findings: [Finding]

    /// Lists the inbox of the workspace at `root`. A file that changed within `settleSeconds` before `now` is unsettled.
    /// Throws for a folder that cannot be read: that is no absence of usage.
    package static func list(root: String, settleSeconds: Int, now: Timestamp) throws(Findings) -> Inbox {
        var inbox = Inbox(files: [], unsettled: [], findings: [])
        try inbox.add(folder: "inbox", root: root)
        inbox.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let latest = now.seconds - Int64(settleSeconds)
        inbox.unsettled = settleSeconds > 0 ? inbox.files.filter { $0.modified.seconds > latest } : []
        inbox.files.removeAll(where: inbox.unsettled.contains)
        return inbox
    }

    private mutating func add(folder: String, root: String) throws(Findings) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)
        } catch {
            throw Findings([
                Finding(
                    .unreadableFile, "the folder is not there or cannot be read", at: Place(file: folder),
                    notes: ["nothing is billed: whether it holds usage cannot be told"])
            ])
        }
        for name in names where !name.hasPrefix(".") { try add(entry: folder + "/" + name, root: root) }
    }

    private mutating func add(entry path: String, root: String) throws(Findings) {
        let location = root + "/" + path
        var status = stat()
        guard stat(location, &status) == 0 else {
            findings.append(
                Finding(
                    .unreadableFile, "the file cannot be read: \(String(cString: strerror(errno)).lowercased())",
                    at: Place(file: path), notes: ["whatever it holds is not billed"]))
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: try add(folder: path, root: root)
        case S_IFREG:
            let modified = Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
            files.append(
                File(
                    path: path, location: location, byteCount: Int(status.st_size),
                    modified: modified ?? Timestamp(nanoseconds: 0)))
        default:
            findings.append(
                Finding(
                    .warning, .unknownFormat, "neither a file nor a folder", at: Place(file: path),
                    notes: ["it is passed over"]))
        }
    }
}
