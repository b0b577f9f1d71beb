import ArgumentParser
import BillingTerms
import Foundation

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a workspace: a folder with commented files, ready to be changed.")

    @Argument(help: "The folder to make. Files that are already there are never changed.")
    var directory: String

    @Flag(name: [.short, .long], help: "Say nothing but findings.")
    var quiet = false

    func run() throws {
        let console = Console(quiet: quiet, json: false)
        try reporting(console) {
            let present = NewWorkspace.files.map(\.path).filter {
                FileManager.default.fileExists(atPath: directory + "/" + $0)
            }
            guard present.isEmpty else {
                throw Findings([
                    Finding(
                        .cannotWrite, "there is a workspace already: \(present[0]) exists", at: Place(file: directory),
                        notes: ["nothing was changed"])
                ])
            }
            do {
                for folder in NewWorkspace.folders {
                    try FileManager.default.createDirectory(
                        atPath: directory + "/" + folder, withIntermediateDirectories: true)
                }
                for (path, text) in NewWorkspace.files {
                    try Data(text.utf8).write(
                        to: URL(fileURLWithPath: directory + "/" + path), options: .withoutOverwriting)
                }
            } catch {
                throw Findings([
                    Finding(
                        .cannotWrite, "the workspace cannot be made: \(error.localizedDescription)",
                        at: Place(file: directory))
                ])
            }
            if !quiet {
                try console.result(
                    "made a workspace in \(directory)\nnext: put exports below \(directory)/inbox, then `billwright check -w \(directory)`"
                )
            }
            return Exit.done
        }
    }
}
