import BillingTerms
import FileFormats

extension AWSCostAndUsageReport {
    /// What a line counts in the amortised view, in which commitments are spread over the use that they cover
    /// (aws-samples/aws-cudos-framework-deployment, `cid/summary_view.sql`).
    enum Amortisation {
        /// The billed cost.
        case billed
        /// `reservation/EffectiveCost`: the unblended cost of reserved use is 0.
        case reservedUsage
        /// `savingsPlan/SavingsPlanEffectiveCost`.
        case coveredUsage
        /// 0: it only takes back the on-demand price of covered use.
        case negation
        /// What of an hour's commitment found no use: `TotalCommitmentToDate` − `UsedCommitment`.
        case recurringFee
        /// 0: spread over later use.
        case upfrontFee
        /// What of a reservation found no use: `UnusedAmortizedUpfrontFeeForBillingPeriod` + `UnusedRecurringFee`.
        case reservationFee
        /// 0 for the upfront fee of a reservation (a line with a reservation's ARN), else the billed cost.
        case fee
        /// 0 for a refund of a compute savings plan, whose cost is spread over use, else the billed cost.
        case refund
    }

    /// The columns from which effective costs come.
    struct AmortisationColumns {
        private let reservationEffective, reservationARN, unusedUpfront, unusedRecurring: BoundColumn
        private let planEffective, commitment, usedCommitment, productCode: BoundColumn

        init(_ header: ProviderHeader, _ names: AWSColumnNames) {
            func column(_ legacy: String) -> BoundColumn { header.column(names.name(legacy)) }
            reservationEffective = column("reservation/EffectiveCost")
            let athena = column("reservation/ReservationARN")
            reservationARN = athena.index == nil ? header.column("reservation_reservation_arn") : athena
            unusedUpfront = column("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod")
            unusedRecurring = column("reservation/UnusedRecurringFee")
            planEffective = column("savingsPlan/SavingsPlanEffectiveCost")
            commitment = column("savingsPlan/TotalCommitmentToDate")
            usedCommitment = column("savingsPlan/UsedCommitment")
            productCode = column("lineItem/ProductCode")
        }

        func effectiveCost(
            _ amortisation: Amortisation, billed: ExactDecimal, _ row: BillTable
        ) throws(RowRefusal) -> ExactDecimal {
            switch amortisation {
            case .billed: return billed
            case .reservedUsage: return try reservationEffective.decimal(row) ?? billed
            case .coveredUsage: return try planEffective.decimal(row) ?? billed
            case .negation, .upfrontFee: return .zero
            case .recurringFee:
                guard let committed = try commitment.decimal(row) else { return billed }
                return committed - (try usedCommitment.decimal(row) ?? .zero)
            case .reservationFee:
                let upfront = try unusedUpfront.decimal(row)
                let recurring = try unusedRecurring.decimal(row)
                if upfront == nil && recurring == nil { return billed }
                return (upfront ?? .zero) + (recurring ?? .zero)
            case .fee: return reservationARN.bytes(row).isEmpty ? billed : .zero
            case .refund: return productCode.bytes(row).elementsEqual("ComputeSavingsPlans".utf8) ? .zero : billed
            }
        }
    }
}
