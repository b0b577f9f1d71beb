/// Horizontal bars as inline SVG. The same numbers stand in a table beside it.
struct BarChart {
    struct Bar {
        var label: String
        /// As it is printed at the bar's end.
        var value: String
        /// Thousandths of the longest bar; below zero for what lowers the sum.
        var length: Int
    }

    var title: String
    var bars: [Bar]

    private static let rowHeight = 28
    private static let labelWidth = 190
    private static let barWidth = 450
    private static let width = 800

    func svg() -> HTMLText {
        var html = HTMLText()
        let height = bars.count * Self.rowHeight + 4
        html.markup("<svg viewBox=\"0 0 ")
        html.number(Self.width)
        html.markup(" ")
        html.number(height)
        html.markup("\" role=\"img\" aria-label=\"")
        html.text(title)
        html.markup("\"><title>")
        html.text(title + ": " + bars.map { $0.label + " " + $0.value }.joined(separator: ", "))
        html.markup("</title>")
        for (index, bar) in bars.enumerated() { append(bar, at: index * Self.rowHeight + 2, to: &html) }
        html.markup("</svg>")
        return html
    }

    private func append(_ bar: Bar, at top: Int, to html: inout HTMLText) {
        html.markup("<text x=\"0\" y=\"")
        html.number(top + 18)
        html.markup("\">")
        html.text(BarChart.shortened(bar.label))
        html.markup("</text>")
        rectangle("track", top: top, width: Self.barWidth, to: &html)
        let width = max(bar.length == 0 ? 0 : 2, abs(bar.length) * Self.barWidth / 1000)
        if bar.length < 0 {
            rectangle("bar less", top: top, width: width, to: &html)
        } else {
            rectangle("bar", top: top, width: width, to: &html)
        }
        html.markup("<text class=\"v\" x=\"")
        html.number(Self.width)
        html.markup("\" y=\"")
        html.number(top + 18)
        html.markup("\">")
        html.text(bar.value)
        html.markup("</text>")
    }

    private func rectangle(_ style: StaticString, top: Int, width: Int, to html: inout HTMLText) {
        html.markup("<rect class=\"")
        html.markup(style)
        html.markup("\" x=\"")
        html.number(Self.labelWidth + 10)
        html.markup("\" y=\"")
        html.number(top + 5)
        html.markup("\" width=\"")
        html.number(width)
        html.markup("\" height=\"18\" rx=\"2\"/>")
    }

    /// As much as fits beside the bars.
    private static func shortened(_ label: String) -> String {
        var width = 0
        var text = ""
        for character in label {
            width += CellText.width(String(character)) > 1 ? 2 : 1
            if width > 27 { return text + "…" }
            text.append(character)
        }
        return text
    }
}
