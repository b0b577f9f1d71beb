import BillingTerms

/// Reads `catalog/cancellations.yaml`.
enum CancellationsFile {
    static func read(_ root: ConfigurationMapping) -> [BulkCancellation] {
        let list = root.mappings("cancellations", what: "a cancellation").compactMap(cancellation)
        root.finish()
        return list
    }

    private static let filters = [
        "sources", "meters", "customers", "projects", "dimensions", "from", "until", "events",
    ]

    private static func cancellation(_ mapping: ConfigurationMapping) -> BulkCancellation? {
        let reason = mapping.requiredText("reason", "why this usage is not billed, for whoever asks later")
        let sources = mapping.placedTexts("sources")
        let meters = mapping.references("meters", .meter)
        let customers = mapping.references("customers", .customer)
        let projects = mapping.references("projects", .project)
        let dimensions = mapping.freeMapping("dimensions")
        let from = bound("from", mapping)
        let until = bound("until", mapping)
        checkOrder(from, until, mapping)
        let events = mapping.texts("events")
        let eventSource = mapping.text("event_source")
        let isEmpty = filters.allSatisfy { mapping.node($0) == nil }
        if isEmpty {
            mapping.missing(filters[0], "one of \(filters.joined(separator: ", ")); without any, all usage would go")
        }
        if eventSource != nil, events.isEmpty {
            mapping.missing("events", "event_source only says whose ids these are")
        }
        later(sources, mapping.placedKeys("dimensions"), mapping.context)
        mapping.finish()
        guard let reason, !isEmpty else { return nil }
        return BulkCancellation(
            reason: reason, sources: sources.map(\.text), meters: meters.map { MeterID($0) },
            customers: customers.map { CustomerID($0) }, projects: projects.map { ProjectID($0) },
            dimensions: dimensions, from: from, until: until, events: events, eventSource: eventSource,
            place: mapping.place)
    }

    private static func bound(_ key: String, _ mapping: ConfigurationMapping) -> BulkCancellation.Bound? {
        mapping.value(key, expected: "a day such as 2026-01-31, or an instant such as 2026-01-31T18:00:00Z") { text in
            if let day = CalendarDay(iso: text) { return .day(day) }
            // A bare number would be read as seconds since 1970, which nobody means here.
            guard text.contains("T") else { return nil }
            return (try? Timestamp(parsing: text, zone: nil)).map { .instant($0) }
        }
    }

    private static func checkOrder(
        _ from: BulkCancellation.Bound?, _ until: BulkCancellation.Bound?, _ mapping: ConfigurationMapping
    ) {
        // A day and an instant are told apart in the customer's zone only.
        let isWrong =
            switch (from, until) {
            case (.day(let first), .day(let end)): end <= first
            case (.instant(let first), .instant(let end)): end <= first
            default: false
            }
        guard isWrong else { return }
        mapping.context.report(
            .periodOrder, "\"until\" must be later than \"from\": it is the first moment that is billed again",
            at: mapping.valuePlace("until"))
    }

    /// What other files must have: a name that nothing has would cancel nothing, in silence.
    private static func later(
        _ sources: [(text: String, place: Place)], _ dimensions: [(text: String, place: Place)],
        _ context: ConfigurationContext
    ) {
        for (name, place) in sources {
            context.later { workspace in
                let known = workspace.sources.list.map(\.name)
                return unknown("source", name, among: known, "sources.yaml", at: place)
            }
        }
        for (name, place) in dimensions {
            context.later { workspace in
                let known = workspace.meters.values.flatMap(\.dimensions)
                return unknown("dimension", name, among: known, "catalog/meters.yaml", at: place)
            }
        }
    }

    private static func unknown(
        _ what: String, _ name: String, among known: [String], _ file: String, at place: Place
    ) -> Finding? {
        guard !known.contains(name) else { return nil }
        let near = nearestName(to: name, among: known).map { "nearest: \"\($0)\"" }
        return Finding(
            .unknownReference, "no \(what) is named \"\(name)\" in \(file)", at: place, notes: near.map { [$0] } ?? [])
    }
}
