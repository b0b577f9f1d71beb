import BillingTerms
import Foundation
import Synchronization

/// One run at a time works in a workspace. The kernel holds the lock (`flock` on `.billwright.lock`) and lets it go when
/// the process ends, however it ends: there is no stale lock to clean up, and the file stays where it is.
///
/// Release it with `defer`, so that it is held for the whole run.
package final class WorkspaceLock: Sendable {
    package static let fileName = ".billwright.lock"

    private let descriptor: Mutex<Int32?>

    /// Waits up to `wait` for another run to end. Throws `.locked`, naming who holds the lock, when it does not, and
    /// `.cannotWrite` when the lock file cannot be made.
    ///
    /// - Parameter start: when this run began, which others are shown.
    package init(workspace: String, wait: Duration = .zero, start: String) throws {
        let path = (workspace as NSString).appendingPathComponent(WorkspaceLock.fileName)
        // A link in the lock's place is refused: what it points to is not ours to write.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw WorkspaceLock.cannotWrite(POSIXFailure.last()) }
        do {
            try WorkspaceLock.acquire(descriptor, wait: wait)
        } catch {
            close(descriptor)
            throw error
        }
        WorkspaceLock.sign(descriptor, start: start)
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets the next run in; further calls do nothing.
    package func release() {
        descriptor.withLock { held in
            if let open = held {
                // Closing alone would leave the lock to a process that is being started at this moment.
                flock(open, LOCK_UN)
                close(open)
            }
            held = nil
        }
    }

    private static func acquire(_ descriptor: Int32, wait: Duration) throws {
        let deadline = ContinuousClock.now + wait
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let failure = POSIXFailure.last()
            if failure.code == EINTR { continue }
            guard failure.code == EWOULDBLOCK else { throw cannotWrite(failure) }
            guard ContinuousClock.now < deadline else { throw locked(by: holder(descriptor), waited: wait) }
            usleep(50_000)
        }
    }

    /// Only for information, so a failure to write it does not matter.
    private static func sign(_ descriptor: Int32, start: String) {
        let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName), since \(start)\n"
        guard ftruncate(descriptor, 0) == 0 else { return }
        let bytes = Array(text.utf8)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    private static func holder(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let printable = bytes.prefix(count).prefix { $0 >= 0x20 && $0 < 0x7F }
        return printable.isEmpty ? nil : String(decoding: printable, as: UTF8.self)
    }

    private static func locked(by holder: String?, waited: Duration) -> Findings {
        let seconds = waited.components.seconds
        let after = seconds > 0 ? " after \(seconds) s" : ""
        return Findings([
            Finding(
                .error, .locked,
                "another run still works in this workspace\(after): \(holder ?? "it has not said which")",
                at: Place(file: fileName),
                notes: ["nothing was done; run again when it has finished, or wait for it with --lock-wait"])
        ])
    }

    private static func cannotWrite(_ failure: POSIXFailure) -> Findings {
        Findings([
            Finding(
                .error, .cannotWrite, "the workspace cannot be locked: \(failure.text)", at: Place(file: fileName),
                notes: ["nothing was done"])
        ])
    }
}
