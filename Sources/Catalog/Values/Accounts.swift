import BillingTerms

/// A provider account whose costs are billed to a project (`accounts.yaml`).
package struct ServiceAccount: Hashable, Sendable {
    package var id: ServiceAccountID
    package var name: String
    /// `aws`, `azure`, `google`, `oracle`, …; lower case.
    package var provider: String
    /// The provider's own ids of the accounts: text, leading zeros kept.
    package var accountIDs: [String]
    /// Where its costs go unless a rule says otherwise. Every service account has one.
    package var project: ProjectID
    package var tags: [String: String]
    /// How to get at the provider's data; nil where files are brought by hand.
    package var credentials: Credentials?

    package init(
        id: ServiceAccountID, name: String, provider: String, accountIDs: [String], project: ProjectID,
        tags: [String: String] = [:], credentials: Credentials? = nil
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.accountIDs = accountIDs
        self.project = project
        self.tags = tags
        self.credentials = credentials
    }
}

/// Where a service account's secrets lie. The secrets themselves are never read here, and stand in no file of the workspace.
package enum Credentials: Hashable, Sendable {
    /// All of them in one place.
    case whole(SecretReference)
    /// As Hyperbilling asks for them, each in a place of its own.
    case hyperbilling(account: SecretReference, email: SecretReference, key: SecretReference)
}

/// Names a secret by where it lies.
package enum SecretReference: Hashable, Sendable {
    /// An environment variable.
    case environment(String)
    /// A file, by its path.
    case file(String)
    /// An entry of a secret store, by its name.
    case secret(String)
}

/// How exports are read where their content alone does not say (`sources.yaml`, optional).
package struct Sources: Hashable, Sendable {
    /// The first source whose patterns match a file's path below `inbox/` counts.
    package var list: [Source]
    package init(list: [Source] = []) { self.list = list }

    package struct Source: Hashable, Sendable {
        package var name: String
        /// Glob patterns: `meters/partner-*.csv`.
        package var files: [String]
        /// The zone of times that have none.
        package var zone: BillingZone?
        /// Field → column or key of the export.
        package var fields: [MeterField: String]
        /// Columns or keys that are known to be of no use, so that they are not reported.
        package var ignored: [String]
        /// Of bills: field → column.
        package var charges: [ChargeField: String]
        /// Of bills: field → the value that counts where the field is missing or empty.
        package var defaults: [ChargeField: String]
        /// Of bills: whose charges these are, whatever the file says; lower case.
        package var provider: String?
        /// Its CSV files may end without a line end behind the last row, which otherwise is told.
        package var mayLackFinalLineEnd: Bool

        package init(
            name: String, files: [String], zone: BillingZone? = nil, fields: [MeterField: String] = [:],
            ignored: [String] = [], charges: [ChargeField: String] = [:], defaults: [ChargeField: String] = [:],
            provider: String? = nil, mayLackFinalLineEnd: Bool = false
        ) {
            self.name = name
            self.files = files
            self.zone = zone
            self.fields = fields
            self.ignored = ignored
            self.charges = charges
            self.defaults = defaults
            self.provider = provider
            self.mayLackFinalLineEnd = mayLackFinalLineEnd
        }
    }
}

/// What a row of a meter export says.
package enum MeterField: String, Sendable, CaseIterable {
    case identity, customer, project, meter, value, time
    /// Whether the row takes back an event that was sent before, rather than being one.
    case cancel
}

/// What a row of a provider's bill says that is no provider's own format. The names are those of SpaceONE's cost records
/// (plugin-http-file-cost-datasource), under which bills are read without a mapping.
package enum ChargeField: String, Sendable, CaseIterable {
    case cost, currency
    /// The day of the charge, or its parts, of which the day is 1 where it is left out.
    case billedDate = "billed_date"
    case year, month, day
    case provider
    /// Who pays the provider; the account where a bill does not say.
    case billingAccount = "billing_account"
    case account
    case regionCode = "region_code"
    case product
    case usageType = "usage_type"
    case usageQuantity = "usage_quantity"
    case usageUnit = "usage_unit"
    case resource, tags
}
