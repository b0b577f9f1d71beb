import BillingTerms
import Catalog
import Metering
import Rating

/// Makes one customer's bill: pure, values in and values out.
package struct CustomerInvoicing: Sendable {
    let context: BillingContext
    let rating: CustomerRating

    package init(context: BillingContext, usage: CustomerUsage) {
        self.context = context
        rating = CustomerRating(
            catalog: context.catalog, customer: context.customer, run: context.period.days, usage: usage)
    }

    /// The bill, or nil when no plan period of the customer closes in the run and nothing needs telling. Throws `Parked`
    /// when the customer cannot be billed as the files say.
    package func bill() throws(Parked) -> CustomerBill? { try finished()?.documents }

    /// The same, before its documents are put together.
    package func finished() throws(Parked) -> FinishedBill? {
        var bill = Bill(context: context)
        bill.findings = try rating.checks()
        for (step, _) in RatingOrder.steps { try apply(step, to: &bill) }
        guard !bill.lines.isEmpty else {
            guard bill.findings.isEmpty else { throw Parked(bill.findings) }
            // A grant may expire although nothing is billed: its owner is told, and the books are.
            guard bill.creditStatements.contains(where: { !$0.expired.isZero }) else { return nil }
            bill.findings += bill.lowCreditFindings
            return try BillAssembly(bill: bill, billedPeriods: rating.billedPeriods).finished()
        }
        bill.findings += bill.lowCreditFindings + bill.lostRewardFindings
        return try BillAssembly(bill: bill, billedPeriods: rating.billedPeriods).finished()
    }

    private func apply(_ step: RatingStep, to bill: inout Bill) throws(Parked) {
        switch step {
        case .usageItems: try bill.add(rating.usageLines())
        case .costItems: try bill.add(rating.costLines())
        case .itemBounds: try bill.add(rating.itemBoundLines(bill.groups))
        case .itemPromotions: bill.applyPromotions(forItems: true)
        case .itemBoundsAfterPromotions: try bill.add(rating.itemBoundLines(bill.netGroups, .afterPromotions))
        case .planFees: try bill.add(rating.feeLines())
        case .addOns: try bill.add(rating.addOnLines())
        case .trials: bill.applyTrials(rating)
        case .freeTiers: bill.applyFreeTiers(rating)
        case .planMinimums: try bill.addPlanMinimums(rating)
        case .commitments: try bill.applyCommitments(rating)
        case .serviceFees: try bill.addServiceFees(rating)
        case .invoicePromotions: bill.applyPromotions(forItems: false)
        case .rewards: bill.earnRewards(rating)
        case .promotionalCredit: bill.applyCreditBeforeTax()
        case .tax: try bill.computeTax()
        case .prepaidCredit: bill.applyPrepaidCredit()
        }
    }
}
