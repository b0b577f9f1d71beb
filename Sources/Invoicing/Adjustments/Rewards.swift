import BillingTerms
import Catalog
import Rating

extension Bill {
    /// What the usage that this run bills has earned: so much for each whole block, within the reward's limits. Usage is
    /// billed in one run only, and a run repeated posts nothing that it posted before, so that nothing is earned twice.
    mutating func earnRewards(_ rating: CustomerRating) {
        for reward in context.workspace.rewards.values where has(reward) {
            guard reward.amount.currency == currency else { continue }
            let counted = rating.counted(reward.selection, from: reward.from, until: reward.until)
            let blocks = counted.quantity.divided(by: reward.block, to: 0, .floor)
            guard blocks.signum > 0, let full = Money(rounding: reward.amount.decimal * blocks, to: currency) else {
                continue
            }
            var working = [
                WorkingStep(
                    "\(counted.quantity.shortText) \(counted.unit) used",
                    "\(blocks.shortText) blocks of \(reward.block.shortText) × \(reward.amount.decimal)",
                    full.decimal.description)
            ]
            var earned = full
            for (name, limit) in limits(reward) where earned > limit {
                working.append(
                    WorkingStep(
                        name, "the smaller of \(earned.decimal) and \(limit.decimal)", limit.decimal.description))
                earned = limit
            }
            guard !earned.isZero else { continue }
            let grant = reward.grant(earned, in: context.period)
            earnedNow[grant.id] = earned
            earnedWorking[grant.id] = working
        }
    }

    private func has(_ reward: Reward) -> Bool {
        customer.rewards.contains(reward.id) || reward.customerTags.contains(where: customer.tags.contains)
    }

    private func limits(_ reward: Reward) -> [(String, Money)] {
        let before = context.balances.creditEarned.filter { Reward.earning(of: $0.key)?.reward == reward.id }
        let left = reward.limitInTotal.map { max(.zero(currency), $0 - before.values.sum(currency)) }
        return [
            reward.limitPerPeriod.map { ("limit per period", $0) }, left.map { ("left of the limit in total", $0) },
        ]
        .compactMap { $0 }
    }

    /// The grants that hold what rewards earned, earlier and now, in order.
    var earnedGrants: [CreditGrant] {
        guard !earnedNow.isEmpty || !context.balances.creditEarned.isEmpty else { return [] }
        let earned = context.balances.creditEarned.merging(earnedNow) { before, now in before + now }
        return earned.sorted { $0.key < $1.key }.compactMap { id, amount in
            guard let (reward, period) = Reward.earning(of: id) else { return nil }
            return context.workspace.rewards[reward]?.grant(amount, in: period)
        }
    }

    /// Credit that stands in the books and that nothing says how to use.
    var lostRewardFindings: [Finding] {
        let lost = context.balances.creditEarned.filter { id, _ in
            Reward.earning(of: id).map { context.workspace.rewards[$0.reward] == nil } ?? true
        }
        return lost.sorted { $0.key < $1.key }.compactMap { id, amount in
            let used = (context.balances.creditUsed[id] ?? []).map(\.amount).sum(currency)
            let expired = context.balances.creditExpired[id] ?? .zero(currency)
            let left = amount - used - expired
            guard left.minorUnits > 0 else { return nil }
            let reward = Reward.earning(of: id)?.reward.text ?? id.text
            return Finding(
                .warning, .rewardGone,
                "catalog/rewards.yaml has no reward \"\(reward)\" any more, of which \"\(customer.id)\" holds \(left)",
                at: customer.place, notes: ["it cannot be used until the reward is there again"])
        }
    }
}
