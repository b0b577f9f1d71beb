import Foundation
import TestWorkspaces
import Testing

/// What a command answered.
struct Answer {
    /// The exit code; for a process that a signal ended, 128 and the signal, as shells say it.
    var code: Int32
    var output: String
    var errors: String

    var firstError: String { errors.components(separatedBy: "\n")[0] }
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// The one object that `--json` prints.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
}

/// The built program, which stands beside the test bundle. It is never called in-process.
enum Program {
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/billwright"
    }()

    /// Runs `billwright` with these arguments and waits for it.
    @discardableResult
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws
        -> Answer
    {
        try start([path] + arguments, environment: environment).wait()
    }

    /// Runs a shell's line, in which `billwright` is the program: for redirections and limits.
    static func shell(_ line: String, environment: [String: String] = [:]) throws -> Answer {
        try start(["/bin/bash", "-c", "billwright() { '\(path)' \"$@\"; }\n" + line], environment: environment).wait()
    }

    static func start(_ command: [String], environment: [String: String] = [:]) throws -> RunningProgram {
        try RunningProgram(command, environment: environment)
    }

    static func find(_ tool: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/", "/usr/sbin/"].map { $0 + tool }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}

/// A program at work. What it says goes to files, so that it never waits for a reader.
final class RunningProgram {
    private let process = Process()
    private let scratch: TemporaryWorkspace

    init(_ command: [String], environment: [String: String]) throws {
        scratch = try TemporaryWorkspace(below: Scratch.folder)
        try scratch.write("", to: "output")
        try scratch.write("", to: "errors")
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: scratch.root + "/output")
        process.standardError = FileHandle(forWritingAtPath: scratch.root + "/errors")
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }
    var isRunning: Bool { process.isRunning }

    func wait() throws -> Answer {
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Answer(
            code: (isSignal ? 128 : 0) + process.terminationStatus,
            output: try TestFiles.text(scratch.root + "/output"), errors: try TestFiles.text(scratch.root + "/errors"))
    }
}

/// Where tests keep their folders: in memory where that is possible, since every run flushes its file system.
enum Scratch {
    /// Goes away with the test process; what a killed one left goes with the next.
    static let folder: String = {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
        let prefix = "billwright-tests-"
        for name in TestFiles.names(in: parent) where name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
        atexit { try? FileManager.default.removeItem(atPath: Scratch.folder) }
        return parent + "/" + prefix + "\(getpid())"
    }()
}
