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

        package init(
            name: String, files: [String], zone: BillingZone? = nil, fields: [MeterField: String] = [:],
            ignored: [String] = [], charges: [ChargeField: String] = [:], defaults: [ChargeField: String] = [:],
            provider: String? = nil
        ) {
            self.name = name
            self.files = files
            self.zone = zone
            self.fields = fields
            self.ignored = ignored
            self.charges = charges
            self.defaults = defaults
            self.provider = provider
        }
    }
}

/// What a row of a meter export says.
package enum MeterField: String, Sendable, CaseIterable {
    case identity, customer, project, meter, value, time
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

/// Dated exchange rates (`catalog/exchange-rates.csv`: date, from, to, rate, source).
package struct ExchangeRates: Hashable, Sendable {
    package struct Rate: Hashable, Sendable, Codable {
        package var date: CalendarDay
        package var from: Currency
        package var to: Currency
        /// How much of `to` one unit of `from` buys.
        package var rate: ExactDecimal
        package var source: String

        package init(date: CalendarDay, from: Currency, to: Currency, rate: ExactDecimal, source: String) {
            self.date = date
            self.from = from
            self.to = to
            self.rate = rate
            self.source = source
        }
    }

    /// Rising by date.
    private let rates: [Rate]

    package init(_ rates: [Rate] = []) {
        self.rates = rates.sorted { ($0.date, $0.from, $0.to) < ($1.date, $1.from, $1.to) }
    }

    /// The last rate on or before `day`, not older than `days`; nil when there is none: nobody makes one up.
    package func rate(from: Currency, to: Currency, on day: CalendarDay, notOlderThan days: Int = 31) -> Rate? {
        rates.last { $0.from == from && $0.to == to && $0.date <= day && day - $0.date <= days }
    }

    /// The rates dated inside a period.
    package func rates(from: Currency, to: Currency, in period: ServicePeriod) -> [Rate] {
        rates.filter { $0.from == from && $0.to == to && period.contains($0.date) }
    }
}
