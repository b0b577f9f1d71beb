import BillingTerms
import Catalog

/// What rows of usage are looked up in: the workspace's customers, projects and meters by the bytes of their ids.
/// Immutable, and shared by all threads.
package final class MeterCatalog: Sendable {
    package let customers: [Customer]
    package let projects: [(id: ProjectID, customer: Int)]
    package let meters: [Meter]
    /// The names of all dimensions that some meter declares or counts distinct values of; dimensions are known by their
    /// place here.
    package let dimensions: [String]
    /// The declared dimensions of all meters, one meter's behind the other's, and where each meter's begin: asked by every
    /// row, so that there is no array to take hold of.
    private let declaredDimensions: [Int]
    private let declarationStarts: [Int]
    /// The dimension whose distinct values are counted, which a `unique` meter must have; -1 where none is named.
    package let uniqueDimensionOfMeter: [Int]

    let customerTable: TextTable
    let projectTable: TextTable
    let meterTable: TextTable
    let dimensionTable: TextTable
    /// Where usage goes that names no project; -1 when that cannot be said.
    let defaultProjects: [Int]
    let ownerOfProject: [Int32]
    /// Meters for which an event without a value counts as one: `count` and `unique` ask for events, not for amounts.
    let countsEvents: [Bool]
    /// Whether rows of names that nobody knows are passed over, rather than set aside.
    let ignoresUnknownCustomers: Bool
    let ignoresUnknownMeters: Bool

    /// For recognising files, where only the names of fields count.
    static let empty = MeterCatalog(customers: [], meters: [])

    package convenience init(_ workspace: Workspace) {
        self.init(
            customers: Array(workspace.customers.values), meters: Array(workspace.meters.values),
            ignoresUnknownCustomers: workspace.business.unknownCustomers == .ignore,
            ignoresUnknownMeters: workspace.business.unknownMeters == .ignore)
    }

    init(
        customers: [Customer], meters: [Meter], ignoresUnknownCustomers: Bool = false,
        ignoresUnknownMeters: Bool = false
    ) {
        (self.customers, self.meters) = (customers, meters)
        self.ignoresUnknownCustomers = ignoresUnknownCustomers
        self.ignoresUnknownMeters = ignoresUnknownMeters
        customerTable = TextTable(capacity: customers.count)
        meterTable = TextTable(capacity: meters.count)
        dimensionTable = TextTable()
        for customer in customers { _ = customerTable.number(for: customer.id.text) }
        for meter in meters { _ = meterTable.number(for: meter.id.text) }

        var projects: [(id: ProjectID, customer: Int)] = []
        var defaults: [Int] = []
        let projectTable = TextTable(capacity: customers.reduce(0) { $0 + $1.projects.count })
        for (index, customer) in customers.enumerated() {
            for project in customer.projects {
                // Ids of projects are unique in a workspace; a second one never gets a number of its own.
                if Int(projectTable.number(for: project.id.text)) == projects.count {
                    projects.append((project.id, index))
                }
            }
            let fallback = customer.defaultProject ?? (customer.projects.count == 1 ? customer.projects[0].id : nil)
            defaults.append(fallback.map { Int(projectTable.number(for: $0.text)) } ?? -1)
        }
        // A default that is no project of its customer's is not one.
        for (index, fallback) in defaults.enumerated()
        where fallback >= 0 && (fallback >= projects.count || projects[fallback].customer != index) {
            defaults[index] = -1
        }
        (self.projects, self.projectTable) = (projects, projectTable)
        defaultProjects = defaults
        ownerOfProject = projects.map { Int32($0.customer) }
        for meter in meters {
            for name in meter.dimensions { _ = dimensionTable.number(for: name) }
            if let name = meter.uniqueDimension { _ = dimensionTable.number(for: name) }
        }
        let table = dimensionTable
        dimensions = (0..<table.count).map { table.string(of: UInt32($0)) }
        declaredDimensions = meters.flatMap { $0.dimensions.map { Int(table.number(for: $0)) } }
        declarationStarts = meters.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.dimensions.count) }
        uniqueDimensionOfMeter = meters.map { meter in
            guard let name = meter.uniqueDimension else { return -1 }
            return Int(table.number(for: name))
        }
        countsEvents = meters.map { $0.aggregation == .count || $0.aggregation == .unique }
    }

    /// Where the dimensions that a meter declares stand, in its order; to be asked with `declaredDimension`.
    @inline(__always)
    func declarations(ofMeter meter: Int) -> Range<Int> { declarationStarts[meter]..<declarationStarts[meter + 1] }

    @inline(__always)
    func declaredDimension(_ place: Int) -> Int { declaredDimensions[place] }
}
