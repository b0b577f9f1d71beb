import BillingTerms

extension Workspace {
    /// The customers that are billed, each with the projects and subscriptions of those that it pays for. The others keep
    /// their own zone, plans and projects; tax, promotions and credits are the payer's.
    package var payers: [Payer] {
        let children = Dictionary(grouping: customers.values.filter { $0.parent != nil }, by: \.parent)
        return customers.values.filter { $0.parent == nil }.map { payer in
            var list = [payer]
            // No child is its own ancestor: that is checked when the files are read.
            var next = 0
            while next < list.count {
                list += children[list[next].id] ?? []
                next += 1
            }
            return Payer(payer, for: list.dropFirst())
        }
    }

    /// Who is billed for each customer.
    package var payerIDs: [CustomerID: CustomerID] {
        payers.reduce(into: [:]) { result, payer in for id in payer.members { result[id] = payer.customer.id } }
    }
}

/// Who is billed, and for whom.
package struct Payer: Sendable {
    /// With the projects and subscriptions of all members.
    package let customer: Customer
    /// The customer itself first.
    package let members: [CustomerID]

    init(_ payer: Customer, for others: some Collection<Customer>) {
        members = [payer.id] + others.map(\.id)
        guard !others.isEmpty else {
            customer = payer
            return
        }
        var whole = payer
        for place in whole.subscriptions.indices where whole.subscriptions[place].projects == nil {
            whole.subscriptions[place].projects = payer.projects.map(\.id)
        }
        for other in others {
            let name = other.party.name
            whole.projects += other.projects.map { project in
                Project(
                    id: project.id, name: project.name == name ? name : "\(name): \(project.name)",
                    costCentre: project.costCentre)
            }
            whole.subscriptions += other.subscriptions.map { subscription in
                var own = subscription
                // Ids have no slash, so that no two of them become one.
                own.id = "\(other.id)/\(subscription.id)"
                own.projects = subscription.projects ?? other.projects.map(\.id)
                own.holder = name
                return own
            }
        }
        customer = whole
    }
}
