import Foundation

/// A folder that lives as long as the value is held.
package final class TemporaryWorkspace: Sendable {
    package let root: String

    package init(below folder: String = FileManager.default.temporaryDirectory.path) throws {
        root = folder + "/billwright-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    package func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    package func write(_ bytes: [UInt8], to path: String) throws {
        let target = root + "/" + path
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target))
    }

    package func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: root + "/" + path) }

    /// Copies the files of a folder over those that are here.
    package func overlay(_ folder: String) throws {
        for (path, bytes) in try TestFiles.all(in: folder) { try write(bytes, to: path) }
    }
}

/// Reading the files that belong to the tests.
package enum TestFiles {
    /// The `Tests` folder, seen from a file of a test target.
    package static func testsFolder(_ file: String) -> String {
        var folder = file as NSString
        while folder.lastPathComponent != "Tests" { folder = folder.deletingLastPathComponent as NSString }
        return folder as String
    }

    /// Every file below a folder by its path in it, in order.
    package static func all(in folder: String) throws -> [(path: String, bytes: [UInt8])] {
        guard let paths = FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) else {
            return []
        }
        return try paths.sorted().compactMap { path in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { return nil }
            return (path, Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path))))
        }
    }

    package static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    package static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    package static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
