import Foundation

/// How much memory there is.
package enum MachineMemory {
    /// Half of the machine's, or of what the container may use.
    package static let half = (containerLimit.map { min($0, physical) } ?? physical) / 2

    private static var physical: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    private static var containerLimit: Int? {
        let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
