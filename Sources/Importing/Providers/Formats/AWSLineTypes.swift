import Catalog

extension AWSCostAndUsageReport {
    /// A kind of line, by `lineItem/LineItemType` (AWS CUR user guide, "Line item details").
    struct LineType {
        let name: String
        let category: ChargeCategory
        let amortisation: Amortisation
        let isKnown: Bool

        /// Categories are those of FOCUS 1.2, "Charge Category". Discounts are adjustments: one line reduces a service's
        /// whole month and not one charge. So are refunds: FOCUS leaves them the category of what is refunded, which the
        /// report does not say. A type that is not in the list is an adjustment too, kept as money and reported.
        init(_ name: String) {
            self.name = name
            let known = LineType.known[name]
            isKnown = known != nil
            category = known?.0 ?? .adjustment
            amortisation = known?.1 ?? .billed
        }

        /// Of an export whose author left the column out: its rows are what they cost, and nothing can be amortised.
        static let unstated = LineType(category: .usage)

        private init(category: ChargeCategory) {
            name = ""
            self.category = category
            amortisation = .billed
            isKnown = true
        }

        private static let known: [String: (ChargeCategory, Amortisation)] = [
            "Usage": (.usage, .billed),
            "DiscountedUsage": (.usage, .reservedUsage),
            "SavingsPlanCoveredUsage": (.usage, .coveredUsage),
            "SavingsPlanNegation": (.usage, .negation),
            "Fee": (.purchase, .fee),
            "RIFee": (.purchase, .reservationFee),
            "SavingsPlanRecurringFee": (.purchase, .recurringFee),
            "SavingsPlanUpfrontFee": (.purchase, .upfrontFee),
            "Tax": (.tax, .billed),
            "Credit": (.credit, .billed),
            "Refund": (.adjustment, .refund),
            "Discount": (.adjustment, .billed),
            "EdpDiscount": (.adjustment, .billed),
            "BundledDiscount": (.adjustment, .billed),
            "PrivateRateDiscount": (.adjustment, .billed),
            "RiVolumeDiscount": (.adjustment, .billed),
            "DistributorDiscount": (.adjustment, .billed),
            "SppDiscount": (.adjustment, .billed),
        ]
    }
}
