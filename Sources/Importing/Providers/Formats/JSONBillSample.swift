import Catalog
import FileFormats

extension ProviderFormat {
    /// Recognises a bill in JSON by its first bytes; nil when they are of no bill that is read (facts on provider formats,
    /// section 3, rules 6 and 7).
    init?(json head: [UInt8], source: Sources.Source?) {
        let sample = JSONBillSample(head)
        if sample.has("billing_account_id", "cost", "invoice") {
            self = .googleCloud
        } else if sample.has("service_code", "usage_cost") {
            self = .hyperbilling
        } else if sample.has("results.billed_date", "results.cost") {
            self = .spaceONE
        } else if sample.has("month", "data.data.costs") {
            self = .usageDetail
        } else if sample.has("errorCode"), MeterExport.recognise(head: head, source: source) == nil {
            self = .usageDetail
        } else {
            return nil
        }
    }
}

/// Which members the first records of a JSON text have, as paths: elements of an array have the path of the array.
struct JSONBillSample {
    private var paths: Set<String> = []
    private static let mostRecords = 100
    private static let deepest = 4

    /// What stands behind the end of `head` is not known, and a record that is cut there counts as far as it goes.
    init(_ head: [UInt8]) {
        head.withUnsafeBytes { bytes in
            var rest = bytes
            for _ in 0..<JSONBillSample.mostRecords {
                guard let end = try? walk(rest), end > 0, end < rest.count else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[end...])
            }
        }
    }

    func has(_ wanted: String...) -> Bool { paths.isSuperset(of: wanted) }

    /// Takes one value up; where it ends.
    private mutating func walk(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) -> Int {
        var cursor = JSONCursor(validUTF8: bytes)
        /// The path of each open object or array.
        var open: [String] = []
        var path = ""
        while let token = try cursor.next() {
            switch token.kind {
            case .key:
                let parent = open.last ?? ""
                path = parent.isEmpty ? cursor.string(of: token) : parent + "." + cursor.string(of: token)
                if open.count <= JSONBillSample.deepest * 2 { paths.insert(path) }
            case .beginObject, .beginArray:
                open.append(path)
            case .endObject, .endArray:
                open.removeLast()
                path = open.last ?? ""
            default: break
            }
            // What follows a value is the next one, or more of an array, and no error of this value.
            if open.isEmpty { return cursor.position }
            if case .beginObject = token.kind { continue }
            if case .beginArray = token.kind { continue }
            if case .key = token.kind { continue }
            path = open.last ?? ""
        }
        return cursor.position
    }
}
