import ArgumentParser
import BillingTerms

/// The exit codes of sysexits(3), so that cron and shell scripts can tell what to do.
enum Exit {
    static let done = ExitCode(0)
    static let findings = ExitCode(1)
    static let badData = ExitCode(65)
    static let inputMissing = ExitCode(66)
    static let bug = ExitCode(70)
    static let cannotCreate = ExitCode(73)
    static let cannotWrite = ExitCode(74)
    static let locked = ExitCode(75)
    static let badConfiguration = ExitCode(78)

    /// What the findings that stopped a command come to; the first of these kinds decides.
    static func code(for findings: [Finding]) -> ExitCode {
        let codes = findings.filter { $0.severity == .error }.map(\.code)
        if codes.contains(.totalsDiffer) { return bug }
        if codes.contains(.locked) { return locked }
        if codes.contains(where: { [.cannotWrite, .readBack].contains($0) }) { return cannotWrite }
        if codes.contains(where: isConfiguration) { return badConfiguration }
        if codes.contains(where: { [.inputMissing, .fileMissing, .unreadableFile].contains($0) }) {
            return inputMissing
        }
        return badData
    }

    private static func isConfiguration(_ code: FindingCode) -> Bool {
        switch code {
        case .fileMissing, .yamlSyntax, .unknownFile, .unknownKey, .missingKey, .wrongType, .invalidValue, .duplicateID,
            .unknownReference, .tierOrder, .periodOrder, .currencyMismatch, .literalSecret, .unreachableRule:
            true
        default: false
        }
    }
}
