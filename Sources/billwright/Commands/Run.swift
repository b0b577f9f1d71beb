import ArgumentParser
import BillingTerms

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Imports what is new, meters, rates and invoices a period, and writes out/PERIOD as drafts.",
        discussion: """
            Every plan period that closes inside the period is billed, so the same command serves daily, weekly, monthly and \
            yearly plans. Running a period again replaces its drafts: the same inputs give the same bytes, and no credit is \
            taken twice.
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var period: PeriodOptions
    @OptionGroup var work: WorkOptions

    func run() throws {
        let console = options.console
        let period = try period.resolved()
        try reporting(console) {
            let run = BillingRun(root: options.root, period: period, work: work, now: self.period.now, console: console)
            let summary = try run.perform()
            console.report(summary.findings)
            console.summary(summary.text)
            if options.json { try console.result(summary.json) }
            return summary.hasFindings ? Exit.findings : Exit.done
        }
    }
}
