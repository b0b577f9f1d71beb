import ArgumentParser
import BillingTerms
import Foundation

/// What a command says: results go to standard output, everything about the work to standard error. Nothing is said
/// when all is well and nobody is watching, so that cron sends no mail.
struct Console: Sendable {
    let isQuiet: Bool
    let isJSON: Bool
    /// Somebody is watching: progress and a summary are welcome.
    let isTerminal: Bool
    private let usesColour: Bool

    init(quiet: Bool, json: Bool) {
        isQuiet = quiet
        isJSON = json
        isTerminal = isatty(STDERR_FILENO) == 1
        let environment = ProcessInfo.processInfo.environment
        usesColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// A command's result. Failing to write it (a full disk, a closed pipe) is an error like any other.
    func result(_ text: String) throws {
        try bytes(Array((text + "\n").utf8))
    }

    /// A result of many rows.
    func bytes(_ bytes: [UInt8]) throws {
        try write(bytes, to: STDOUT_FILENO, named: "standard output")
    }

    /// Findings are said in any case, in their order. Mere notes are for those who watch, or who have something to look at
    /// anyway: a cron job that only notes something stays silent.
    func report(_ findings: [Finding]) {
        let isSilent = !isTerminal && findings.allSatisfy { $0.severity == .note }
        for finding in findings.sorted() where !isSilent { complain(coloured(finding)) }
    }

    /// What was done, for those who watch.
    func summary(_ text: String) {
        if isTerminal && !isQuiet { complain(text) }
    }

    func complain(_ text: String) {
        try? write(Array((text + "\n").utf8), to: STDERR_FILENO, named: "standard error")
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32, named name: String) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                let reason = String(cString: strerror(errno)).lowercased()
                throw Findings([
                    Finding(
                        .cannotWrite, "the result cannot be written: \(reason)", at: Place(file: name),
                        notes: ["what was asked for is done all the same; only its result is not told"])
                ])
            }
        }
    }

    private func coloured(_ finding: Finding) -> String {
        guard usesColour else { return finding.rendered }
        let colour = finding.severity == .error ? "31" : (finding.severity == .warning ? "33" : "36")
        let label = "\(finding.severity.rawValue)[\(finding.code.rawValue)]"
        return finding.rendered.replacing(label, with: "\u{1B}[1;\(colour)m\(label)\u{1B}[0m", maxReplacements: 1)
    }
}

/// Runs a command's work and turns what it throws into words and an exit code.
func reporting(_ console: Console, _ work: () throws -> ExitCode) throws {
    let code: ExitCode
    do {
        code = try work()
    } catch let findings as Findings {
        console.report(findings.list)
        code = Exit.code(for: findings.list)
    } catch let exit as ExitCode {
        throw exit
    } catch let wrongUsage as ValidationError {
        throw wrongUsage
    } catch let error as CocoaError where error.isFileError {
        console.complain("billwright: \(error.localizedDescription)")
        code = Exit.cannotWrite
    } catch {
        console.complain("billwright: this should not happen, please report it: \(error)")
        code = Exit.bug
    }
    if code != Exit.done { throw code }
}
