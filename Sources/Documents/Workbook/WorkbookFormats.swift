import CXlsxWriter

/// The look of the workbooks: dark slate, thin rules, one accent.
enum Palette {
    static let ink: lxw_color_t = 0x11_18_27
    static let slate: lxw_color_t = 0x1F_29_37
    static let muted: lxw_color_t = 0x6B_72_80
    static let rule: lxw_color_t = 0xE5_E7_EB
    static let strongRule: lxw_color_t = 0x9C_A3_AF
    static let accent: lxw_color_t = 0x0F_76_6E
    static let draft: lxw_color_t = 0xB4_53_09
    static let white: lxw_color_t = 0xFF_FF_FF
}

typealias CellFormat = UnsafeMutablePointer<lxw_format>

/// How a cell looks; each combination that is used becomes one format of the workbook. No two may look the same:
/// libxlsxwriter would compare the second with all others for each of its cells.
struct CellStyle: Hashable {
    enum Place: Hashable {
        /// In a table, with a rule below.
        case body
        case header
        case numberHeader
        /// Below a table.
        case total
        case title
        case subtitle
        case headline
        case heading
        case indentedHeading
        case label
        case value
        /// A line of the totals block, and one that closes a part of it.
        case sum
        case strongSum
        case due
        case note
        case link
        case draft
        /// A check that holds, and one that does not.
        case result
        case alarm
    }

    enum Number: Hashable {
        case general
        case text
        /// With so many digits after the point.
        case decimal(Int)
        /// Of a fraction, with so many digits after the point.
        case percent(Int)
        case day

        static let integer = Number.decimal(0)
    }

    var place: Place
    var number: Number = .text
    var wraps = false
}

/// A workbook's formats, made when they are first asked for.
final class WorkbookFormats {
    private let book: UnsafeMutablePointer<lxw_workbook>
    private var made: [CellStyle: CellFormat] = [:]
    private var last: (style: CellStyle, format: CellFormat)?

    init(_ book: UnsafeMutablePointer<lxw_workbook>) { self.book = book }

    /// Nil only when memory ends; a cell is then written without format.
    subscript(_ style: CellStyle) -> CellFormat? {
        if let last, last.style == style { return last.format }
        if let format = made[style] {
            last = (style, format)
            return format
        }
        guard let format = workbook_add_format(book) else { return nil }
        apply(style, to: format)
        made[style] = format
        return format
    }

    private func apply(_ style: CellStyle, to format: CellFormat) {
        format_set_font_color(format, Palette.ink)
        format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        applyNumber(style.number, to: format)
        // Keeps a text off the number on its left.
        let isText = style.number == .text || style.number == .day
        if isText, style.place == .body || style.place == .total { format_set_indent(format, 1) }
        if style.wraps { format_set_text_wrap(format) }
        applyPlace(style.place, to: format)
    }

    private func applyNumber(_ number: CellStyle.Number, to format: CellFormat) {
        func left() { format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue)) }
        func right() { format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue)) }
        switch number {
        case .general: break
        case .text: left()
        case .decimal(let digits):
            format_set_num_format(format, "#,##0" + WorkbookFormats.fraction(digits))
            right()
        case .percent(let digits):
            format_set_num_format(format, "0" + WorkbookFormats.fraction(digits) + "%")
            right()
        case .day:
            format_set_num_format(format, "yyyy-mm-dd")
            left()
        }
    }

    private static func fraction(_ digits: Int) -> String {
        digits > 0 ? "." + String(repeating: "0", count: min(digits, 15)) : ""
    }

    private func applyPlace(_ place: CellStyle.Place, to format: CellFormat) {
        func bottom(_ color: lxw_color_t) {
            format_set_bottom(format, UInt8(LXW_BORDER_THIN.rawValue))
            format_set_bottom_color(format, color)
        }
        func top(_ color: lxw_color_t) {
            format_set_top(format, UInt8(LXW_BORDER_THIN.rawValue))
            format_set_top_color(format, color)
        }
        func font(_ size: Double, _ color: lxw_color_t, bold: Bool = true) {
            format_set_font_size(format, size)
            format_set_font_color(format, color)
            if bold { format_set_bold(format) }
        }
        switch place {
        case .body: bottom(Palette.rule)
        case .header, .numberHeader:
            font(11, Palette.white)
            format_set_bg_color(format, Palette.slate)
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
            format_set_text_wrap(format)
            let side = place == .header ? LXW_ALIGN_LEFT : LXW_ALIGN_RIGHT
            format_set_align(format, UInt8(side.rawValue))
            if place == .header { format_set_indent(format, 1) }
        case .total:
            format_set_bold(format)
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
            top(Palette.slate)
        case .title: font(20, Palette.slate)
        case .subtitle:
            font(12, Palette.muted, bold: false)
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
        case .draft: font(20, Palette.draft)
        case .headline: font(20, Palette.accent)
        case .heading, .indentedHeading:
            font(12, Palette.slate)
            bottom(Palette.strongRule)
            if place == .indentedHeading { format_set_indent(format, 1) }
        case .result:
            font(11, Palette.accent)
            bottom(Palette.rule)
            format_set_indent(format, 1)
        case .alarm:
            font(11, Palette.draft)
            bottom(Palette.rule)
            format_set_indent(format, 1)
        case .label, .note: format_set_font_color(format, Palette.muted)
        case .value: break
        case .sum: bottom(Palette.rule)
        case .strongSum:
            format_set_bold(format)
            bottom(Palette.strongRule)
        case .due:
            font(12, Palette.accent)
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
            top(Palette.slate)
            format_set_bottom(format, UInt8(LXW_BORDER_DOUBLE.rawValue))
            format_set_bottom_color(format, Palette.slate)
        case .link:
            format_set_font_color(format, Palette.accent)
            format_set_underline(format, UInt8(LXW_UNDERLINE_SINGLE.rawValue))
        }
    }
}
