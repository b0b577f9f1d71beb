import Foundation
import TestWorkspaces
import Testing

extension TemporaryWorkspace {
    /// The sample workspace as it is delivered.
    static func sample() throws -> TemporaryWorkspace {
        let workspace = try TemporaryWorkspace(below: Scratch.folder)
        try workspace.overlay(Repository.samples)
        return workspace
    }

    /// What `billwright init` makes, with a few events of October 2026.
    static func small(events: String = SmallMonth.events) throws -> TemporaryWorkspace {
        let workspace = try TemporaryWorkspace(below: Scratch.folder)
        #expect(try Program.run(["init", "--quiet", workspace.root]).code == 0)
        if !events.isEmpty { try workspace.write(events, to: SmallMonth.file) }
        return workspace
    }

    /// A copy, as it is now.
    func copy() throws -> TemporaryWorkspace {
        let other = try TemporaryWorkspace(below: Scratch.folder)
        try FileManager.default.removeItem(atPath: other.root)
        try FileManager.default.copyItem(atPath: root, toPath: other.root)
        return other
    }

    /// Runs a command of the program in this workspace.
    @discardableResult
    func billwright(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
        try Program.run(arguments + ["--workspace", root], environment: environment)
    }

    /// Bills a period.
    @discardableResult
    func bill(_ period: String, _ more: String...) throws -> Answer {
        try Program.run(["run", "--workspace", root, "--period", period] + more)
    }

    // MARK: What is there

    func text(_ path: String) throws -> String { try TestFiles.text(root + "/" + path) }
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }
    func names(_ folder: String) -> [String] { TestFiles.names(in: root + "/" + folder) }

    /// Every file below a folder with its bytes; the lock, which carries the clock, left out.
    func tree(_ folder: String = "") throws -> [String: [UInt8]] {
        let files = try TestFiles.all(in: root + "/" + folder).filter { $0.path != ".billwright.lock" }
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
    }

    /// Replaces text in a file, and fails when it is not there.
    func replace(_ old: String, by new: String, in path: String) throws {
        let text = try text(path)
        try #require(text.contains(old), "\(path) does not hold \(old)")
        try write(text.replacingOccurrences(of: old, with: new), to: path)
    }

    /// The rows of a CSV file without quoted line ends, by column name.
    func rows(_ path: String) throws -> [[String: String]] {
        let lines = try text(path).split(whereSeparator: \.isNewline).map { CSVLine.fields(String($0)) }
        let header = try #require(lines.first)
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }
}

/// The events of the small workspace: two calls of one project, one of the other.
enum SmallMonth {
    static let file = "inbox/meters/events.csv"
    static let header = "event_id,customer_id,project_id,meter,value,timestamp,region\n"
    static let events =
        header + """
            e1,example,example-web,api-calls,1500,2026-10-05T10:00:00Z,eu
            e2,example,example-web,api-calls,2500,2026-10-06T10:00:00Z,eu
            e3,example,example-data,api-calls,700,2026-10-07T10:00:00Z,eu

            """
}

enum Repository {
    static let tests = TestFiles.testsFolder(#filePath)
    static let root = (tests as NSString).deletingLastPathComponent
    static let samples = root + "/samples"
}

enum CSVLine {
    static func fields(_ line: String) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}

/// An expected text under `Goldens`; `make accept` rewrites it.
func expectGolden(_ found: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = Repository.tests + "/BillwrightTests/Goldens/" + name
    if Expectation.isRewriting { return try TestFiles.write(found, to: path) }
    let expected = try TestFiles.text(path)
    if let difference = Expectation.difference(expected: expected, found: found) {
        Issue.record("\(name) differs:\n\(difference.prefix(4_000))", sourceLocation: sourceLocation)
    }
}
