import BillingTerms
import Catalog
import TestWorkspaces
import Testing

/// A workspace that uses every key, read into values.
@Suite struct WorkspaceReaderTests {
    private static let folder = TestFiles.testsFolder(#filePath) + "/Workspaces/complete"

    private func read() throws -> Workspace { try WorkspaceReader.read(root: Self.folder) }
    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(iso: text)) }
    private func number(_ text: String) throws -> ExactDecimal { try ExactDecimal(parsing: text) }

    @Test func business() throws {
        let business = try read().business
        #expect(
            business.seller
                == Party(
                    name: "Nordlicht GmbH", address: ["Hafenweg 1", "20095 Hamburg"], country: "DE",
                    taxID: "DE123456789", email: "billing@nordlicht.example", registration: "HRB 12345"))
        #expect(business.zone.identifier == "Europe/Berlin" && business.currency.code == "EUR")
        #expect(business.locale == "de" && business.rounding == .halfEven && business.prepaid == .beforeTax)
        #expect(business.sharedAmounts == .separate && business.unknownCustomers == .create)
        let made = try NewCustomers(plan: "pro", from: day("2026-01-01"), tags: ["new"], tax: "reduced")
        #expect(business.newCustomers == made && business.unknownMeters == .ignore)
        #expect(business.lateEvents == .nextInvoice)
        #expect(business.futureEvents == .keep && business.futureToleranceHours == 2)
        #expect(business.badRows == .fail && business.conflicts == .keepLast && business.exchangeRule == .usageDate)
        #expect(business.defaultTax == "standard" && business.settleSeconds == 30)
        #expect(business.notes == ["Thank you.", "Please quote the number."])
        let terms = PaymentTerms(
            dueDays: 14, terms: "Net 14", iban: "DE02120300000000202051", bic: "BYLADEM1001", bank: "Bank")
        #expect(business.payment == terms)
        let standard = try #require(business.tax(code: "standard"))
        #expect(try standard.rate(on: day("2020-06-30")) == number("0.19"))
        #expect(try standard.rate(on: day("2020-07-01")) == number("0.16"))
        #expect(try standard.rate(on: day("2021-01-01")) == number("0.19"))
        let none = try #require(business.tax(code: "none"))
        #expect(none.category == .reverseCharge && none.note == "Tax is owed by the customer")
        #expect(try none.rate(on: day("2026-01-01")) == 0)
    }

    @Test func cancellations() throws {
        let list = try read().cancellations
        #expect(list.count == 2)
        #expect(list[0].reason == "Load test" && list[0].sources == ["partner"] && list[0].meters == ["api-calls"])
        #expect(list[0].customers == ["atlas"] && list[0].projects == ["web"])
        #expect(list[0].dimensions == ["region": ["eu", "us"]])
        #expect(try list[0].from == .day(day("2026-03-03")))
        #expect(try list[0].until == .instant(Timestamp(parsing: "2026-03-04T12:00:00Z", zone: nil)))
        #expect(list[1].events == ["a", "b"] && list[1].eventSource == "/cluster")
        #expect(list[1].from == nil && list[1].until == nil && list[1].place.line == 10)
    }

    @Test func metersAndItems() throws {
        let workspace = try read()
        #expect(workspace.meters.keys.elements == ["api-calls", "users"])
        #expect(
            workspace.meters["api-calls"]
                == Meter(
                    id: "api-calls", name: "API calls", unit: "call", aggregation: .sum, dimensions: ["region", "tier"])
        )
        #expect(workspace.meters["users"]?.uniqueDimension == "user")
        #expect(
            workspace.productItems["api-calls"]
                == ProductItem(
                    id: "api-calls", name: "API calls",
                    origin: .usage(
                        UsageSelection(meter: "api-calls", filter: ["region": ["eu", "us"]], split: ["tier"])),
                    tax: "reduced", isDiscountable: false))
        #expect(
            workspace.productItems["cloud"]?.origin
                == .cost(
                    CostSelection(
                        providers: ["aws"], services: ["EC2"], serviceAccounts: ["aws-main"],
                        categories: [.usage, .credit], cost: .effective, split: [.service, .region])))
    }

    @Test func plan() throws {
        let plan = try #require(try read().plans["pro"])
        #expect(plan.name == "Pro" && plan.currency.code == "EUR" && plan.cadence == Cadence(.month, count: 3))
        #expect(plan.anchor == .anniversary && plan.versions.count == 2)
        let version = plan.versions[0]
        #expect(try version.from == day("2025-01-01"))
        #expect(version.conventions.proration.method == .none && version.conventions.zeroUsage == .firstFlat)
        #expect(
            version.fees == [
                PlanFee(
                    id: "platform", name: "Platform", amount: try number("99.50"), timing: .advance,
                    isDiscountable: false, tax: "reduced"), PlanFee(id: "Support", name: "Support", amount: 10),
            ])
        let tiers = [
            Tier(upTo: 1000, unitPrice: try number("0.0000021"), flat: 5), Tier(upTo: nil, unitPrice: 0),
        ]
        #expect(
            version.prices == [
                ItemPrice(item: "api-calls", model: .graduated(tiers), included: 100),
                ItemPrice(item: "cloud", model: .costPlus(CostPlusPrice(markup: try number("0.075")))),
                ItemPrice(item: "users", model: .package(size: 10, price: 5, rounding: .down)),
            ])
        #expect(plan.versions[1].prices == [ItemPrice(item: "users", model: .perUnit(try number("1.20")))])
        #expect(try plan.version(on: day("2025-12-31"))?.from == day("2025-01-01"))
        #expect(try plan.version(on: day("2026-01-01"))?.from == day("2026-01-01"))
        #expect(try plan.version(on: day("2024-12-31")) == nil)
    }

    @Test func offers() throws {
        let workspace = try read()
        let setup = try #require(workspace.addOns["setup"])
        #expect(setup.recurrence == .once && !setup.isProrated && !setup.isDiscountable && !setup.isPrepayable)
        let spring = try #require(workspace.promotions["spring"])
        #expect(spring.discount == .percentage(try number("0.1")) && spring.scope == .items(["api-calls"]))
        #expect(spring.priority == 1 && spring.cycles == 3 && spring.customerTags == ["new"])
        #expect(spring.capPerCycle == 50 && spring.capInTotal == 120)
        #expect(workspace.promotions["welcome"]?.discount == .fixed(20, workspace.business.currency))
    }

    @Test func customer() throws {
        let atlas = try #require(try read().customers["atlas"])
        #expect(
            atlas.party.name == "Atlas Ltd" && atlas.currency.code == "EUR" && atlas.zone.identifier == "Asia/Tokyo")
        #expect(atlas.locale == "ja" && atlas.tags == ["new"] && atlas.tax == "none" && atlas.billing == .perProject)
        #expect(atlas.buyerReference == "B-1" && atlas.purchaseOrder == "PO-2" && atlas.defaultProject == "web")
        #expect(
            atlas.projects == [
                Project(id: "web", name: "Web", costCentre: "CC1"), Project(id: "app", name: "app"),
            ])
        let subscription = try #require(atlas.subscriptions.first)
        #expect(subscription.id == "main" && subscription.plan == "pro" && subscription.quantity == 3)
        #expect(try subscription.from == day("2025-01-31") && subscription.until == day("2027-01-01"))
        #expect(
            subscription.addOns == [
                SubscribedAddOn(addOn: "setup", from: try day("2025-02-01"), quantity: 2, project: "app")
            ])
        #expect(atlas.promotions == [AssignedPromotion(promotion: "welcome", from: try day("2026-01-01"))])
        let credit = try #require(atlas.credits.first)
        #expect(credit.kind == .prepaid && credit.amount.description == "100.00 EUR")
        #expect(credit.price?.description == "90.00 EUR" && credit.priority == 5)
        #expect(credit.projects == ["web"] && credit.items == ["api-calls"])
    }

    @Test func accountsSourcesAndRates() throws {
        let workspace = try read()
        #expect(
            workspace.serviceAccounts["aws-main"]
                == ServiceAccount(
                    id: "aws-main", name: "Main", provider: "aws", accountIDs: ["000011112222", "2"], project: "web",
                    tags: ["team": "core"], credentials: .whole(.environment("AWS_MAIN_KEY"))))
        #expect(
            workspace.serviceAccounts.values.dropFirst().map(\.credentials) == [
                .whole(.file("/run/secrets/azure main")), .whole(.secret("billing/google#key")),
                .hyperbilling(
                    account: .environment("HB_ACCOUNT"), email: .secret("hyperbilling/email"),
                    key: .file("/run/secrets/hyperbilling")),
            ])
        #expect(
            workspace.assignmentRules == [
                AssignmentRule(
                    name: "batch",
                    match: .init(providers: ["aws"], accounts: ["2"], services: ["Batch"], tags: ["env": ["prod"]]),
                    project: "app", stops: false),
                AssignmentRule(
                    name: "everything that a rule can ask for",
                    match: .init(
                        providers: ["azure"], subAccounts: ["5a1c*"], regions: ["westeurope", "north*"],
                        categories: [.usage, .purchase], resourceGroups: ["web-*"],
                        resources: ["*/storageAccounts/*"],
                        tags: ["team": ["core", "web*"], "cost*": [], "owner": ["*"]]), project: "web"),
            ])
        let source = try #require(workspace.sources.list.first)
        #expect(source.name == "partner" && source.files == ["meters/partner-*.csv"])
        #expect(source.zone?.identifier == "Asia/Kathmandu" && source.ignored == ["note"])
        #expect(source.fields == [.customer: "cust", .value: "amount"])
        #expect(source.charges.isEmpty && source.defaults.isEmpty && source.provider == nil)
        let reseller = try #require(workspace.sources.list.last)
        #expect(reseller.charges == [.cost: "Total", .billedDate: "Datum", .account: "Konto"])
        #expect(
            reseller.defaults == [
                .currency: "KRW", .billingAccount: "reseller", .usageQuantity: "1", .year: "2026", .month: "3",
                .day: "1", .cost: "0.00", .billedDate: "2026-03-01", .provider: "aws", .product: "Office",
            ])
        #expect(reseller.provider == "azure" && reseller.fields.isEmpty && reseller.ignored == ["Rest"])
        let dollar = try #require(Currency(code: "USD"))
        let euro = try #require(Currency(code: "EUR"))
        func rate(_ text: String) throws -> String? {
            workspace.exchangeRates.rate(from: dollar, to: euro, on: try day(text))?.rate.description
        }
        #expect(try rate("2026-09-30") == nil)
        #expect(try rate("2026-10-01") == "0.92" && rate("2026-10-14") == "0.92" && rate("2026-10-15") == "0.9301")
        #expect(try rate("2026-11-15") == "0.9301" && rate("2026-11-16") == nil)
    }

    @Test func theHashFollowsEveryByte() throws {
        let workspace = try TemporaryWorkspace()
        try workspace.overlay(Self.folder)
        let first = try WorkspaceReader.read(root: workspace.root).configurationHash
        #expect(first == (try read().configurationHash) && first.count == 64)
        try workspace.write("# nothing else\n", to: "catalog/meters.yaml.txt")
        try workspace.remove("catalog/meters.yaml.txt")
        #expect(try WorkspaceReader.read(root: workspace.root).configurationHash == first)
        try workspace.write(try TestFiles.text(Self.folder + "/accounts.yaml") + "\n", to: "accounts.yaml")
        #expect(try WorkspaceReader.read(root: workspace.root).configurationHash != first)
    }

    @Test func windowsLineEndsReadTheSame() throws {
        let workspace = try TemporaryWorkspace()
        for (path, bytes) in try TestFiles.all(in: Self.folder) {
            try workspace.write(bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }, to: path)
        }
        let (windows, unix) = (try WorkspaceReader.read(root: workspace.root), try read())
        #expect(windows.plans == unix.plans && windows.meters == unix.meters && windows.addOns == unix.addOns)
        #expect(windows.customers.values.map(\.subscriptions) == unix.customers.values.map(\.subscriptions))
        #expect(windows.business.seller == unix.business.seller)
    }
}
