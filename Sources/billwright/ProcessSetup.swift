import Foundation
import Synchronization

/// What must hold in this process before any command works.
enum ProcessSetup {
    /// A run on two cores has fewer than twenty files open. Below this the system's own libraries end the process.
    private static let fewestOpenFiles: rlim_t = 32

    private static let kept = Mutex<[any Sendable]>([])

    /// For what takes millions of pieces of memory: the process ends at once instead of giving them back one by one.
    static func keepUntilExit(_ values: any Sendable...) { kept.withLock { $0 += values } }

    static func prepare() {
        occupyStandardDescriptors()
        // A limit on the size of files is then an error that names the file, as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        raiseOpenFiles()
    }

    /// Where standard input, output or error was closed, the next file to be opened would take its place, and what is
    /// meant for a reader would be written into it.
    private static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // Read-only for standard output: a result that nobody gets is an error.
            let opened = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
            if opened >= 0, opened != descriptor {
                dup2(opened, descriptor)
                close(opened)
            }
        }
    }

    private static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        guard limit.rlim_cur < fewestOpenFiles else { return }
        Console(quiet: true, json: false).complain(
            "billwright: only \(limit.rlim_cur) files may be open at once (ulimit -n); at least \(fewestOpenFiles) are needed"
        )
        exit(Exit.cannotCreate.rawValue)
    }
}
