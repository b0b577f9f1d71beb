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
///   billed like all lines. Without it they stand in `discount_total_discount` and in no line; billed cost is the unblended
///   cost all the same, and a finding says how much lower the invoice is.
struct AWSDataExport: ProviderRowReader {
    private var lines: AWSCostAndUsageReport
    private let maps: Maps
    private let detail: ChargeDetail
    private(set) var unreadableTagRows = 0
    private var products = ColumnMemo<Product>()
    private let numbers = ProductNumbers()
    private var tags = ColumnMemo<FOCUSTags?>()
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
    mutating func derivedGroup(of row: CSVReader) -> Int {
        let month = lines.derivedGroup(of: row)
        guard maps.product.index != nil else { return month }
        return month << 32 | product(of: row).number
    }

    private mutating func product(of row: CSVReader) -> Product {
        let text = maps.product.bytes(row)
        let found = try? products.value(of: text) { [numbers] in
            var product = Product(json: $0)
            product.number = numbers.number(of: product)
            return product
        }
        return found ?? Product()
    }

    func group(of row: CSVReader) throws(RowRefusal) -> ChargeGroup {
        var group = try lines.group(of: row)
        let product = Product(json: maps.product.bytes(row))
        if lines.columns.productName.bytes(row).isEmpty, !product.name.isEmpty { group.service = product.name }
        let hasRegion =
            !lines.columns.regionCode.bytes(row).isEmpty || !lines.columns.region.bytes(row).isEmpty
        if !hasRegion, !product.region.isEmpty { group.region = product.region }
        return group
    }

    mutating func read(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal) {
        try lines.read(row, into: &charge)
        if let discount = try maps.totalDiscount.decimal(row), !discount.isZero {
            discounts[charge.currency.code, default: ExactSum()] += discount
        }
        if detail.hasResources, maps.product.index != nil, lines.columns.sku.bytes(row).isEmpty {
            let sku = product(of: row).sku
            if !sku.isEmpty { charge.sku = sku }
        }
        if !detail.tags.isEmpty { try readMaps(row, into: &charge) }
    }

    /// The same tags stand on very many rows, so each text of them is taken apart once.
    private mutating func readMaps(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal) {
        if maps.resourceTags.index != nil || maps.costCategory.index != nil, !lines.hasTagColumns {
            charge.tags.removeAll(keepingCapacity: true)
        }
        for (column, isCategory) in [(maps.resourceTags, false), (maps.costCategory, true)] where column.index != nil {
            let text = column.bytes(row)
            if text.count <= 2 || isNull(text) { continue }
            let found = try tags.value(of: text) { FOCUSTags(json: $0, wanted: .all) }
            if found == nil { unreadableTagRows += 1 }
            for tag in found?.list ?? [] where !tag.value.isEmpty {
                let key = isCategory ? "costCategory/" + tag.key : AWSCostAndUsageReport.tagKey(tag.key)
                if detail.tags.includes(key) { charge.tags.append((key, tag.value)) }
            }
        }
    }

    func findings(file: String) -> [Finding] {
        let discounts = discounts.filter { !$0.value.value.isZero }.sorted { $0.key < $1.key }
        let found = discounts.map { currency, sum in
            Finding(
                .warning, .billDiffers,
                "expected discounts as lines of their own, found \(sum.value) \(currency) in discount_total_discount",
                at: BillingTerms.Place(file: file),
                notes: [
                    "billed cost is before these discounts",
                    "make the export with \"manual discount compatibility\", and the discounts are billed too",
                ])
        }
        return lines.findings(file: file) + found
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
