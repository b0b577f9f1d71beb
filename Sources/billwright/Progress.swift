import FileFormats
import Foundation
import Synchronization

/// Shows how far the work is, on a terminal only, on one line that goes away.
final class Progress: Sendable {
    private let isShown: Bool
    /// Lives while something is read.
    private let clock = Mutex<Clock?>(nil)

    init(_ console: Console) { isShown = console.isTerminal && !console.isQuiet && !console.isJSON }

    func stage(_ name: String) {
        stop()
        show("\(name) …")
    }

    /// From now on the line tells what was read, until the next stage.
    func reading(_ name: String, _ progress: ReadingProgress) {
        stop()
        guard isShown else { return }
        let new = Clock { seconds in
            self.show(ProgressLine(stage: name, progress: progress, seconds: seconds).text)
        }
        clock.withLock { $0 = new }
    }

    func end() {
        stop()
        show("")
    }

    private func stop() {
        let running = clock.withLock { clock in clock.take() }
        running?.stop()
    }

    private func show(_ text: String) {
        guard isShown else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
    }
}

/// What there is to be said about files that are being read.
struct ProgressLine {
    var stage: String
    var doneBytes: Int
    var totalBytes: Int
    var doneFiles: Int
    var totalFiles: Int
    /// Of seconds, since the reading began.
    var tenths: Int

    init(stage: String, doneBytes: Int, totalBytes: Int, doneFiles: Int, totalFiles: Int, tenths: Int) {
        self.stage = stage
        (self.doneBytes, self.totalBytes) = (min(doneBytes, totalBytes), totalBytes)
        (self.doneFiles, self.totalFiles) = (doneFiles, totalFiles)
        self.tenths = tenths
    }

    init(stage: String, progress: ReadingProgress, seconds: Double) {
        self.init(
            stage: stage, doneBytes: progress.doneBytes, totalBytes: progress.totalBytes,
            doneFiles: progress.doneFiles, totalFiles: progress.totalFiles, tenths: Int(seconds * 10))
    }

    /// `importing  file 3 of 12  412 MB of 2.3 GB  18%  860 MB/s  2 s left`; the rate and what it foretells from the
    /// first second on.
    var text: String {
        var parts = [stage, "file \(min(doneFiles + 1, totalFiles)) of \(totalFiles)"]
        parts.append("\(Self.size(doneBytes)) of \(Self.size(totalBytes))")
        if totalBytes > 0 { parts.append("\(doneBytes * 100 / totalBytes)%") }
        if tenths >= 10, doneBytes > 0 {
            let rate = doneBytes * 10 / tenths
            parts.append("\(Self.size(rate))/s")
            if rate > 0, doneBytes < totalBytes { parts.append("\(Self.time((totalBytes - doneBytes) / rate)) left") }
        }
        return parts.joined(separator: "  ")
    }

    static func size(_ bytes: Int) -> String {
        let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
        guard let (unit, factor) = units.first(where: { bytes >= $0.1 }) else { return "\(bytes) B" }
        let whole = bytes / factor
        return whole < 10 ? "\(whole).\(bytes % factor * 10 / factor) \(unit)" : "\(whole) \(unit)"
    }

    static func time(_ seconds: Int) -> String {
        seconds < 60 ? "\(seconds) s" : seconds < 3600 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}

/// Calls something ten times a second on a thread of its own.
private final class Clock: Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    private let start = ContinuousClock.now
    private let tick: @Sendable (Double) -> Void

    /// `tick` gets the seconds since the beginning.
    init(_ tick: @escaping @Sendable (Double) -> Void) {
        self.tick = tick
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                tickOnce()
                Thread.sleep(forTimeInterval: 0.1)
            }
            ended.signal()
        }
        thread.start()
    }

    private func tickOnce() {
        let passed = (ContinuousClock.now - start).components
        tick(Double(passed.seconds) + Double(passed.attoseconds) / 1e18)
    }

    /// After a last call, however short the work was, so that what is told ends at all of it. Nothing is called any more
    /// when it returns.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
        tickOnce()
    }
}
