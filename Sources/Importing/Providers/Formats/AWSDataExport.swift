import BillingTerms
import FileFormats

/// AWS Data Exports, CUR 2.0: the rows and the costs of the Cost and Usage Report (see `AWSCostAndUsageReport`, which
/// reads them), under the names that Athena gives its columns, and with four maps in place of columns that come and go:
/// `product`, `resource_tags`, `cost_category` and `discount`, as JSON text in CSV (AWS Data Exports user guide, "CUR 2.0";
/// facts on provider formats, section 2).
///
/// - Service, region and SKU come from columns of their own where the export has them, else from `product`.
/// - Keys of `resource_tags` lose `user:` or `user_`; those of `cost_category` are known as `costCategory/…`, as in the
///   legacy report.
/// - Discounts are lines of their own when the export is made with "manual discount compatibility", and then they are
///   billed like all lines. Without it they stand in `discount` and `discount_total_discount`, and in no line; billed cost is the unblended
///   cost all the same, and a finding says how much lower the invoice is.
struct AWSDataExport: ProviderRowReader {
    private var lines: AWSCostAndUsageReport
    private let maps: Maps
    private let detail: ChargeDetail
    private(set) var unreadableTagRows = 0
    private var products = ColumnMemo<Product>()
    private let numbers = ProductNumbers()
    private var resourceTags = ColumnMemo<[(key: String, value: String)]?>()
    private var costCategories = ColumnMemo<[(key: String, value: String)]?>()
    private var discounts: [String: ExactSum] = [:]

    private struct Maps {
        let product, resourceTags, costCategory, totalDiscount, discount: BoundColumn
    }

    /// What of a product's map the group of a charge needs.
    fileprivate struct Product {
        var name = ""
        var region = ""
        var sku = ""
        /// The same for all products of this name in this region.
        var number = 0
    }

    fileprivate final class ProductNumbers {
        private var numbers: [[String]: Int] = [["", ""]: 0]

        func number(of product: Product) -> Int {
            let key = [product.name, product.region]
            if let known = numbers[key] { return known }
            numbers[key] = numbers.count
            return numbers.count - 1
        }
    }

    static func matches(_ header: ProviderHeader) -> Bool {
        header.has("line_item_unblended_cost")
            && (header.has("resource_tags") || header.has("product") || header.has("cost_category"))
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        lines = try AWSCostAndUsageReport(header: header, detail: detail)
        maps = Maps(
            product: header.column("product"), resourceTags: header.column("resource_tags"),
            costCategory: header.column("cost_category"), totalDiscount: header.column("discount_total_discount"),
            discount: header.column("discount"))
        self.detail = detail
    }

    var costColumn: BoundColumn { lines.costColumn }
    var currencyColumn: BoundColumn { lines.currencyColumn }
    var unknownColumns: [String] { lines.unknownColumns }
    var groupingColumns: [BoundColumn] { lines.groupingColumns }

    /// The month, where it is not told, and what the product's map adds. Its text has more in it than the group needs, so
    /// that grouping by the text would make a group of every SKU.
    mutating func derivedGroup(of row: BillTable) -> Int {
        let month = lines.derivedGroup(of: row)
        guard maps.product.index != nil else { return month }
        return month << 32 | product(of: row).number
    }

    private mutating func product(of row: BillTable) -> Product {
        let text = maps.product.bytes(row)
        let found = try? products.value(of: text) { [numbers] in
            var product = Product(json: $0)
            product.number = numbers.number(of: product)
            return product
        }
        return found ?? Product()
    }

    func group(of row: BillTable) throws(RowRefusal) -> ChargeGroup {
        var group = try lines.group(of: row)
        let product = Product(json: maps.product.bytes(row))
        if lines.columns.productName.bytes(row).isEmpty, !product.name.isEmpty { group.service = product.name }
        let hasRegion =
            !lines.columns.regionCode.bytes(row).isEmpty || !lines.columns.region.bytes(row).isEmpty
        if !hasRegion, !product.region.isEmpty { group.region = product.region }
        return group
    }

    mutating func read(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        try lines.read(row, into: &charge)
        let discount = try discount(row)
        if !discount.isZero { discounts[charge.currency.code, default: ExactSum()] += discount }
        if detail.hasResources, maps.product.index != nil, lines.columns.sku.bytes(row).isEmpty {
            let sku = product(of: row).sku
            if !sku.isEmpty { charge.sku = sku }
        }
        if !detail.tags.isEmpty { try readMaps(row, into: &charge) }
    }

    /// The same tags stand on very many rows, so each text of them is taken apart once.
    private mutating func readMaps(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let wanted = detail.tags
        let tags = try resourceTags.value(of: maps.resourceTags.bytes(row)) {
            AWSDataExport.tags($0, wanted: wanted) { AWSCostAndUsageReport.tagKey($0) }
        }
        let categories = try costCategories.value(of: maps.costCategory.bytes(row)) {
            AWSDataExport.tags($0, wanted: wanted) { "costCategory/" + $0 }
        }
        if tags == nil || categories == nil { unreadableTagRows += 1 }
        charge.tags += tags ?? []
        charge.tags += categories ?? []
    }

    /// Nil for what is no JSON object. Keys without a value are not set, as empty columns of the legacy report are not.
    private static func tags(
        _ text: UnsafeRawBufferPointer, wanted: ChargeDetail.Tags, key: (String) -> String
    ) -> [(key: String, value: String)]? {
        if isNull(text) || text.elementsEqual("{}".utf8) { return [] }
        guard let found = FOCUSTags(json: text, wanted: .all) else { return nil }
        return found.list.filter { !$0.value.isEmpty }.map { (key($0.key), $0.value) }.filter { wanted.includes($0.0) }
    }

    /// The sum of a row's discounts that are in no line.
    private func discount(_ row: BillTable) throws(RowRefusal) -> ExactDecimal {
        if maps.totalDiscount.index != nil { return try maps.totalDiscount.decimal(row) ?? .zero }
        let text = maps.discount.bytes(row)
        guard text.count > 2, let members = try? JSONValue(parsing: text, duplicateKeys: .kept).members else {
            return .zero
        }
        return members.compactMap { $0.value.number.flatMap { try? ExactDecimal(parsing: $0) } }.sum()
    }

    func remarks(file: String) -> BillRemarks {
        var remarks = lines.remarks(file: file)
        remarks.discounts = discounts
        return remarks
    }
}

extension AWSDataExport.Product {
    /// Empty for what is no JSON object: the row is billed without.
    fileprivate init(json: UnsafeRawBufferPointer) {
        self.init()
        guard json.count > 2, let value = try? JSONValue(parsing: json, duplicateKeys: .kept) else { return }
        func text(_ keys: String...) -> String {
            keys.lazy.compactMap { value[$0]?.string }.first { !$0.isEmpty } ?? ""
        }
        name = text("product_name", "servicename")
        region = text("region_code", "region")
        sku = text("sku")
    }
}
