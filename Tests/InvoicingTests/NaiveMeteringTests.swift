import BillingTerms
import Catalog
import Metering
import Rating
import TestWorkspaces
import Testing

/// Random events of every kind of meter: what is billed is what counting minute by minute comes to.
@Suite struct NaiveMeteringTests {
    @Test(arguments: SeededRandom.seeds(400)) func quantitiesAreThoseOfThePlainImplementation(seed: UInt64) throws {
        let metering = RandomMetering(seed: seed)
        let naive = NaiveMetering(metering: metering)
        let lines = try metering.lines(metering.waist(metering.events))
        var found: [String: RatedLine] = [:]
        for line in lines { found[line.splitValues["volume"] ?? ""] = line }
        #expect(found.count == lines.count && Set(found.keys) == Set(naive.quantities.keys), "seed \(seed)")
        for (value, quantity) in naive.quantities {
            guard let line = found[value] else { continue }
            // Where the amount is charged in part, the quantity is shown as that part.
            let isSame = naive.share != Fraction(1) || Fraction(line.quantity) == quantity
            #expect(isSame, "seed \(seed): \(line.quantity) instead of \(quantity), \(metering.meter)")
            #expect(Fraction(line.grossAmount.decimal).cents == (quantity * naive.share).cents, "seed \(seed)")
        }
    }

    @Test(arguments: SeededRandom.seeds(100)) func theOrderOfEventsChangesNothing(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let metering = RandomMetering(seed: seed)
        let straight = metering.waist(metering.events)
        let shuffled = metering.waist(metering.events.shuffled(using: &random))
        #expect(straight.usage == shuffled.usage && straight.jointUsage == shuffled.jointUsage, "seed \(seed)")
    }

    /// The days that a later run asks for are those of an earlier one, wherever its period begins.
    /// The three seeds have a level that falls to zero as the last day begins, which once made a day of nothing.
    @Test(arguments: SeededRandom.seeds(100) + [6_588, 7_924, 9_039]) func aLevelIsTheSameWhereverTheDaysBegin(
        seed: UInt64
    ) throws {
        let metering = RandomMetering(seed: seed)
        let events = metering.events.map {
            SeriesEvent(
                instant: Timestamp(nanoseconds: Int64($0.minute) * 60_000_000_000), value: ExactDecimal($0.value))
        }
        func days(_ period: ServicePeriod) -> [MeteredDay] {
            SeriesMetering(meter: metering.meter, bounds: DayBounds(period, zone: metering.zone)).days(of: events)
        }
        let last = ServicePeriod(start: metering.whole.lastDay, end: metering.whole.end)
        #expect(days(last) == days(metering.whole).filter { last.contains($0.day) }, "seed \(seed)")
    }
}
