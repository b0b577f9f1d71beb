import ArgumentParser

/// The version that is written into every run's record; amounts may change only with it.
let toolVersion = "0.1.0"

@main
struct Billwright: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "billwright",
        abstract: "Turns meter exports and cloud-provider bills into invoices.",
        discussion: """
            A workspace is a folder of plain files: prices, customers, accounts, exports. `billwright init DIR` makes one.

            Exit codes: 0 done, or nothing to do; 1 done, with findings; 64 wrong usage; 65 bad data; 66 an input is \
            missing; 70 a bug; 73 an output cannot be made; 74 it cannot be written; 75 another run is at work; \
            78 the configuration is wrong.
            """,
        version: toolVersion,
        subcommands: [
            Init.self, Check.self, Import.self, Run.self, Explain.self, UsageCommand.self, CostsCommand.self,
            Status.self,
        ])

    static func main() {
        ProcessSetup.prepare()
        main(nil)
    }
}
