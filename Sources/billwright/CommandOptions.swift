import ArgumentParser
import BillingTerms
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The workspace's folder.", valueName: "dir"))
    var workspace = "."

    @Flag(name: [.short, .long], help: "Say nothing but findings, even on a terminal.")
    var quiet = false

    @Flag(help: "Print one machine-readable summary on standard output.")
    var json = false

    var console: Console { Console(quiet: quiet, json: json) }

    /// Without slashes at its end, so that paths below it read well.
    var root: String {
        var path = workspace
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path.isEmpty ? "." : path
    }
}

/// What commands take that work on a period.
struct PeriodOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Which period: \(BillingPeriod.expectedForms).", valueName: "period"))
    var period: String

    @OptionGroup var reference: ReferenceDay

    func resolved() throws -> BillingPeriod { try reference.period(period) }
    var now: Timestamp { reference.now }
}

/// The day from which relative periods are counted.
struct ReferenceDay: ParsableArguments {
    @Option(
        help: ArgumentHelp("The day from which relative periods are counted; today when not given.", valueName: "day"))
    var asOf: String?

    func period(_ text: String) throws -> BillingPeriod {
        guard let period = BillingPeriod(text, today: try today()) else {
            throw ValidationError("\"\(text)\" is not a period; expected \(BillingPeriod.expectedForms)")
        }
        guard isKnownYear(period.days.start) else {
            throw ValidationError("the period \"\(text)\" lies outside the years 1990 to 2100")
        }
        return period
    }

    func day(_ text: String, of option: String) throws -> CalendarDay {
        guard let day = CalendarDay(iso: text) else {
            throw ValidationError("\(option) takes a day such as 2026-11-01, not \"\(text)\"")
        }
        guard isKnownYear(day) else { throw ValidationError("the day \(day) lies outside the years 1990 to 2100") }
        return day
    }

    /// The years that exports may name too; beyond them lie only typing mistakes.
    private func isKnownYear(_ day: CalendarDay) -> Bool { (1990...2100).contains(day.year) }

    /// The one place where the clock decides anything, and only what "last month" means.
    func today() throws -> CalendarDay {
        guard let asOf else { return localDay }
        guard let day = CalendarDay(iso: asOf) else {
            throw ValidationError("\"\(asOf)\" is not a day; expected one such as 2026-11-01")
        }
        return day
    }

    /// The day on this machine's own clock and zone, which are cron's: shortly after midnight in Hamburg it is still
    /// yesterday, and perhaps last month, in UTC.
    private var localDay: CalendarDay {
        var seconds = time_t(now.seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return CalendarDay(number: 0) + (Int(timegm(&parts)) / 86_400)
    }

    var now: Timestamp { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000) }
}

struct WorkOptions: ParsableArguments {
    @Flag(help: "Do everything but write: no file, no ledger.")
    var dryRun = false

    @Option(help: ArgumentHelp("How long to wait for another run to finish.", valueName: "seconds"))
    var lockWait = 0

    @Option(help: ArgumentHelp("How many threads to use; all processors when not given.", valueName: "count"))
    var threads: Int?

    @Option(help: MemorySize.help)
    var memoryLimit: MemorySize?

    func validate() throws {
        if lockWait < 0 { throw ValidationError("--lock-wait takes seconds, not less than 0") }
        try Threads.check(threads)
    }

    var threadCount: Int { Threads.count(threads) }
}

/// An amount of memory: `800MB`, `4GB`, `4GiB`, or bytes.
struct MemorySize: ExpressibleByArgument {
    static let help = ArgumentHelp(
        "How much memory events may take before they go to the disk, such as 4GB; half of the machine's when not given.",
        valueName: "size")

    let bytes: Int

    private static let units = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000),
    ]

    init?(argument: String) {
        var digits = Substring(argument)
        var factor = 1
        if let (unit, bytes) = Self.units.first(where: { argument.uppercased().hasSuffix($0.0.uppercased()) }) {
            digits = digits.dropLast(unit.count)
            factor = bytes
        }
        guard let number = Int(digits.filter { $0 != " " }), number > 0 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        self.bytes = bytes
    }
}

/// How many threads work, for the commands that take `--threads`. Each has tables of its own, so there is an end to it.
enum Threads {
    static func check(_ asked: Int?) throws {
        guard let asked, !(1...256).contains(asked) else { return }
        throw ValidationError("--threads takes a number from 1 to 256")
    }

    static func count(_ asked: Int?) -> Int { asked ?? max(1, min(256, ProcessInfo.processInfo.activeProcessorCount)) }
}
