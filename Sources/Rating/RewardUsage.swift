import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// What one meter counted on the days that this run bills, over all projects; each day once, however many
    /// subscriptions hold on it.
    package func counted(
        _ selection: UsageSelection, from: CalendarDay?, until: CalendarDay?
    ) -> (quantity: ExactDecimal, unit: String) {
        guard let meter = workspace.meters[selection.meter] else { return (.zero, "") }
        let chosen = usage.usage.filter { entry in
            (from.map { $0 <= entry.day } ?? true) && (until.map { entry.day < $0 } ?? true)
                && terms.contains { $0.period.billed.contains(entry.day) } && entry.meter == meter.id
                && selection.takes(entry.dimensionValues, of: meter)
        }
        let days = MeteredPeriod(zone: customer.zone, whole: run, billed: run)
        return (meter.quantity(of: chosen, in: days), meter.unit)
    }
}
