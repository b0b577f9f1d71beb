import BillingTerms

/// Reads `catalog/meters.yaml`.
enum MetersFile {
    static func read(_ root: ConfigurationMapping) -> [Meter] {
        let meters = root.mappings("meters", what: "a meter").compactMap { MeterEntry($0).meter() }
        root.finish()
        return meters
    }
}

/// One meter while it is read. What an option means depends on the aggregation: one that would mean nothing is reported,
/// since whoever wrote it expects something of it.
private struct MeterEntry {
    let mapping: ConfigurationMapping

    init(_ mapping: ConfigurationMapping) { self.mapping = mapping }

    /// How the file names a percentile of samples, which is an aggregation in windows and a percentile over these.
    private static let percentile = "percentile"
    private static let aggregations = Meter.Aggregation.allCases.map(\.rawValue) + [percentile]
    private static let ofLevels = Meter.Aggregation.allCases.filter(\.isOfLevel).map(\.rawValue)

    func meter() -> Meter? {
        let id = mapping.declaredID("id", .meter)
        let name = mapping.text("name")
        let unit = mapping.requiredText("unit", "what one of it is called on the invoice, such as GB")
        let written = writtenAggregation()
        let dimensions = mapping.texts("dimensions")
        let unique = mapping.text("unique_dimension")
        if written == Meter.Aggregation.unique.rawValue, unique == nil {
            mapping.missing("unique_dimension", "the dimension whose distinct values are counted")
        }
        let isPercentile = written == Self.percentile
        let samples = samples(isPercentile: isPercentile, written: written)
        let aggregation = isPercentile ? samples : written.flatMap { Meter.Aggregation(rawValue: $0) }

        var meter = Meter(
            id: MeterID(id ?? ""), name: name ?? id ?? "", unit: unit ?? "", aggregation: aggregation ?? .sum,
            dimensions: dimensions, uniqueDimension: unique)
        meter.filter = filter(dimensions)
        meter.level = levelRule(aggregation)
        meter.window = window(isPercentile: isPercentile, written: written)
        meter.timeUnit = timeUnit(aggregation)
        meter.partialPeriod = partialPeriod(meter, isKnown: aggregation != nil)
        meter.digits = digits(meter, isKnown: aggregation != nil)
        mapping.finish()
        guard id != nil, unit != nil, aggregation != nil else { return nil }
        return meter
    }

    /// The option stands there and means nothing here.
    private func refuse(_ key: String, of what: String, _ note: String) {
        mapping.context.report(
            .invalidValue, "\"\(key)\" means nothing \(what)", at: mapping.keyPlace(key), notes: [note])
    }

    private func isGiven(_ key: String) -> Bool { mapping.node(key) != nil }

    private func writtenAggregation() -> String? {
        guard isGiven("aggregation") else {
            mapping.missing("aggregation", "one of \(Self.aggregations.joined(separator: ", "))")
            return nil
        }
        mapping.note("aggregation", .choice(Self.aggregations))
        guard let text = mapping.text("aggregation") else { return nil }
        if Self.aggregations.contains(text) { return text }
        mapping.reportUnknownChoice(
            text, of: "aggregation", among: Self.aggregations, at: mapping.valuePlace("aggregation"))
        return nil
    }

    // MARK: Filter

    private func filter(_ dimensions: [String]) -> [String: [String]] {
        for (name, place) in mapping.placedKeys("filter") where !dimensions.contains(name) {
            let near = nearestName(to: name, among: dimensions)
            mapping.context.report(
                .unknownReference, "this meter declares no dimension \"\(name)\"", at: place,
                notes: [
                    near.map { "nearest: \"\($0)\"" }
                        ?? "a filter is by dimensions of the meter: add it to \"dimensions\""
                ])
        }
        let filter = mapping.freeMapping("filter")
        for (name, values) in filter.sorted(by: { $0.key < $1.key }) where values.isEmpty {
            mapping.context.report(
                .invalidValue, "the filter names no value of \"\(name)\"", at: mapping.valuePlace("filter"),
                notes: ["no event would count"])
        }
        return filter
    }

    // MARK: Levels

    private func levelRule(_ aggregation: Meter.Aggregation?) -> LevelRule {
        var rule = LevelRule()
        let hasChoice = aggregation == .timeWeighted || aggregation == .highWater
        let events = mapping.choice("values", as: WrittenEvents.self)
        switch aggregation {
        case .runningTotal: rule.events = .changes
        case .duration: rule.events = .switches
        default: rule.events = events == .changes ? .changes : .levels
        }
        let timeout = mapping.value("timeout", expected: "a length of time such as 90s, 30m, 24h or 7d", Self.length)
        guard let aggregation else { return rule }
        if isGiven("values"), !hasChoice {
            refuse(
                "values", of: "for the aggregation \"\(aggregation.rawValue)\"",
                "it says for time-weighted and high-water whether an event tells the level or a change of it")
        }
        if isGiven("timeout"), !aggregation.isOfLevel {
            refuse(
                "timeout", of: "for the aggregation \"\(aggregation.rawValue)\"",
                "only a level falls to zero: \(Self.ofLevels.joined(separator: ", "))")
        }
        rule.timeout = timeout
        return rule
    }

    private enum WrittenEvents: String, CaseIterable { case levels, changes }

    /// `90s`, `30m`, `24h`, `7d` in nanoseconds, at most ten years.
    private static func length(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
            let count = Int64(text.dropLast()), count > 0, count <= 315_360_000 / unit
        else { return nil }
        return count * unit * 1_000_000_000
    }

    // MARK: Windows

    private func window(isPercentile: Bool, written: String?) -> MeterWindow? {
        let minutes = mapping.value(
            "window", expected: "\"hour\", \"day\", or minutes or hours that divide a day, such as 5m", Self.minutes)
        let then = mapping.choice("then", as: WrittenOuter.self)
        let rank = isPercentile ? percentileRank() : nil
        if !isPercentile {
            for key in ["percentile", "drop_top"] where isGiven(key) {
                refuse(key, of: "here", "it goes with \"aggregation: percentile\"")
            }
        }
        guard isGiven("window") else {
            if isPercentile {
                mapping.missing("window", "how long a sample is, such as 5m")
            } else if isGiven("then") {
                refuse("then", of: "without a \"window\"", "it says how the windows' values come to one")
            }
            return nil
        }
        if isPercentile {
            if isGiven("then") { refuse("then", of: "for a percentile", "the percentile of the samples is billed") }
        } else if !isGiven("then"), written != nil {
            mapping.missing("then", "how the windows' values come to one: sum, max, min or average")
        }
        let outer: MeterWindow.Outer?
        switch then {
        case .sum: outer = .sum
        case .max: outer = .max
        case .min: outer = .min
        case .average: outer = .average
        case nil: outer = nil
        }
        return minutes.map { MeterWindow(minutes: $0, outer: rank ?? outer ?? .sum) }
    }

    private enum WrittenOuter: String, CaseIterable { case sum, max, min, average }

    private static func minutes(_ text: String) -> Int? {
        switch text {
        case "day": return MeterWindow.day
        case "hour": return 60
        default:
            guard let length = length(text), length % 60_000_000_000 == 0 else { return nil }
            let minutes = Int(length / 60_000_000_000)
            return MeterWindow.day % minutes == 0 ? minutes : nil
        }
    }

    private func percentileRank() -> MeterWindow.Outer? {
        let percent = mapping.value("percentile", expected: "a number above 0 and up to 100, such as 95") { text in
            (try? ExactDecimal(parsing: text)).flatMap { $0.signum > 0 && $0 <= .hundred ? $0 : nil }
        }
        let count = mapping.value("drop_top", expected: "how many of the highest samples are left out, such as 36") {
            Int($0).flatMap { $0 >= 0 && $0 <= 1_000_000 ? $0 : nil }
        }
        switch (isGiven("percentile"), isGiven("drop_top")) {
        case (false, false):
            mapping.missing("percentile", "which one, such as 95; or \"drop_top\": a number of samples")
        case (true, true): refuse("drop_top", of: "beside \"percentile\"", "both say which sample is billed")
        default: break
        }
        return percent.map { .percentile($0) } ?? count.map { .dropTop($0) }
    }

    private func samples(isPercentile: Bool, written: String?) -> Meter.Aggregation? {
        let samples = mapping.choice("samples", as: WrittenSamples.self)
        if isPercentile, !isGiven("samples") {
            mapping.missing("samples", "how the events of a sample come to its value: max, average, sum or high-water")
        } else if !isPercentile, written != nil, isGiven("samples") {
            refuse("samples", of: "here", "it goes with \"aggregation: percentile\"")
        }
        return samples.flatMap { Meter.Aggregation(rawValue: $0.rawValue) }
    }

    private enum WrittenSamples: String, CaseIterable {
        case max, average, sum
        case highWater = "high-water"
    }

    // MARK: Quantities

    private func timeUnit(_ aggregation: Meter.Aggregation?) -> Meter.TimeUnit {
        let unit = mapping.choice("time_unit", as: Meter.TimeUnit.self)
        guard let aggregation else { return .hours }
        switch aggregation {
        case .timeWeighted, .duration:
            if !isGiven("time_unit") {
                mapping.missing("time_unit", "seconds, minutes, hours, days (of 24 hours) or period")
            }
        default:
            if isGiven("time_unit") {
                refuse(
                    "time_unit", of: "for the aggregation \"\(aggregation.rawValue)\"",
                    "only time-weighted and duration measure time")
            }
        }
        if unit == .period, isGiven("window") {
            refuse("time_unit", of: "as \"period\" in windows", "a window's length is its own: name hours, say")
        }
        return unit ?? .hours
    }

    private func partialPeriod(_ meter: Meter, isKnown: Bool) -> Meter.PartialPeriod {
        let partial = mapping.choice("partial_period", as: Meter.PartialPeriod.self)
        if isKnown, meter.addsUpOverTime, isGiven("partial_period") {
            refuse(
                "partial_period", of: "for what adds up over time",
                "of a part of a period only that part's usage is charged anyway")
        }
        if let partial { return partial }
        let isStandingLevel = meter.aggregation == .highWater || meter.aggregation == .runningTotal
        return isStandingLevel && !meter.addsUpOverTime ? .prorated : .whole
    }

    private func digits(_ meter: Meter, isKnown: Bool) -> Int {
        let digits = mapping.value("digits", expected: "a number of fraction digits from 0 to \(Meter.mostDigits)") {
            Int($0).flatMap { (0...Meter.mostDigits).contains($0) ? $0 : nil }
        }
        if isKnown, isGiven("digits"), !meter.aggregation.isQuotient, meter.window?.outer != .average {
            refuse("digits", of: "for what is not a quotient", "averages and lengths of time are rounded, nothing else")
        }
        return digits ?? Meter.usualDigits
    }
}
