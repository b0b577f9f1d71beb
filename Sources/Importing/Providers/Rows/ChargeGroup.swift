import BillingTerms
import Catalog

/// What many charges of a bill have in common; `ProviderCharge` says what each is. It is worked out once for each
/// combination that a file holds, so that the loop over rows compares numbers and makes no texts.
struct ChargeGroup: Sendable {
    var provider: String
    var billingAccount: String
    var subAccount: String
    var service: String
    var serviceCode = ""
    var region: String
    var category: ChargeCategory
    var lineType: String
    var isKnownLineType: Bool
    var currency: Currency
    var billingPeriod: ServicePeriod

    /// What charges refer to, so that giving one its group copies no texts.
    final class Shared: Sendable {
        let group: ChargeGroup

        init(_ group: ChargeGroup) { self.group = group }
    }
}

/// Numbers for the combinations of texts in a bill's grouping columns.
struct GroupTable {
    private(set) var count = 0
    private let width: Int
    private let tables: [TextTable]
    /// The same, to be looked at without counting references: every row asks all of them.
    private let looks: [Unmanaged<TextTable>]
    private var current: [Int]
    private var members: [Int] = []
    private var hashes: [UInt64] = []
    private var slots = [UInt32](repeating: 0, count: 256)

    init(width: Int) {
        self.width = width
        tables = (0..<width).map { _ in TextTable() }
        looks = tables.map { Unmanaged.passUnretained($0) }
        current = Array(repeating: Int.min, count: width)
    }

    /// Notes the text of one grouping column in the present row; true when it differs from the row before.
    mutating func note(_ text: UnsafeRawBufferPointer, at place: Int) -> Bool {
        let number = looks[place]._withUnsafeGuaranteedRef { Int($0.number(for: TextCell(text))) }
        if current[place] == number { return false }
        current[place] = number
        return true
    }

    /// The same for what is not a column's text, see `ProviderRowReader.derivedGroup`: it stands at the last place.
    mutating func note(derived number: Int) -> Bool {
        if current[width - 1] == number { return false }
        current[width - 1] = number
        return true
    }

    /// The number of the noted combination; nil when it is new, until `add` is called.
    func number() -> Int? {
        let hash = hash()
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if hashes[number] == hash, isCurrent(number) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func add() -> Int {
        members.append(contentsOf: current)
        hashes.append(hash())
        count += 1
        if count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for number in 0..<count { insert(number) }
        } else {
            insert(count - 1)
        }
        return count - 1
    }

    private mutating func insert(_ number: Int) {
        var slot = Int(truncatingIfNeeded: hashes[number]) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(number + 1)
    }

    private func isCurrent(_ number: Int) -> Bool {
        for place in 0..<width where members[number * width + place] != current[place] { return false }
        return true
    }

    private func hash() -> UInt64 {
        var hash: UInt64 = 0x2545_F491_4F6C_DD1D
        for number in current {
            hash = ByteWords.fold(hash ^ UInt64(truncatingIfNeeded: number), 0xA076_1D64_78BD_642F)
        }
        return hash
    }
}
