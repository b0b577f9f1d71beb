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
        let found = Dictionary(
            lines.map { ($0.splitValues["volume"] ?? "", Fraction($0.quantity)) },
            uniquingKeysWith: { first, _ in first })
        let isSame = found == naive.quantities
        #expect(isSame, "seed \(seed): \(found) instead of \(naive.quantities), \(metering.meter)")
        for line in lines {
            let amount = Fraction(line.quantity) * naive.share
            let cents = Fraction(line.grossAmount.decimal).cents
            #expect(cents == amount.cents, "seed \(seed)")
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
    @Test(arguments: SeededRandom.seeds(100)) func aLevelIsTheSameWhereverTheDaysBegin(seed: UInt64) throws {
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
