import BillingTerms

/// What a run was made from and what it made. Two runs with the same facts, one after the other, are one run.
package struct RunFacts: Hashable, Sendable {
    package enum Status: String, Sendable, Codable {
        /// Every customer was billed.
        case complete
        /// Some customers were parked.
        case incomplete
    }

    package var period: BillingPeriod
    package var configurationHash: String
    package var toolVersion: String
    package var zoneDataVersion: String
    /// Of the list of input files with their hashes.
    package var inputsHash: String
    /// SHA-256 of the run's `run.json`, which lists every output with its hash.
    package var manifestHash: String
    package var status: Status

    package init(
        period: BillingPeriod, configurationHash: String, toolVersion: String, zoneDataVersion: String,
        inputsHash: String, manifestHash: String, status: Status = .complete
    ) {
        self.period = period
        self.configurationHash = configurationHash
        self.toolVersion = toolVersion
        self.zoneDataVersion = zoneDataVersion
        self.inputsHash = inputsHash
        self.manifestHash = manifestHash
        self.status = status
    }
}

/// A run in the books.
package struct RunRecord: Hashable, Sendable {
    /// Rises by one with every run that changed something.
    package var id: Int
    package var facts: RunFacts
    /// When it was booked, for people: nothing is computed from it.
    package var recordedAt: Timestamp?
}
