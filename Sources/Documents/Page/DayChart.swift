import BillingTerms

/// Columns by day as inline SVG. The same numbers stand in a table beside it.
struct DayChart {
    var title: String
    /// Rising.
    var days: [(day: CalendarDay, cost: ExactDecimal)]

    private static let width = 800
    private static let height = 140

    func svg() -> HTMLText {
        var html = HTMLText()
        html.markup("<svg viewBox=\"0 0 ")
        html.number(Self.width)
        html.markup(" ")
        html.number(Self.height + 26)
        html.markup("\" role=\"img\" aria-label=\"")
        html.text(title)
        html.markup("\"><title>")
        html.text(title)
        html.markup("</title>")
        guard let first = days.first?.day, let last = days.last?.day else {
            html.markup("</svg>")
            return html
        }
        let slots = last - first + 1
        let longest = days.map(\.cost.magnitude).max() ?? .zero
        for (day, cost) in days {
            let left = (day - first) * Self.width / slots
            let right = (day - first + 1) * Self.width / slots
            let height = BarChart.length(cost.magnitude, of: longest) * Self.height / 1000
            html.markup(cost.isNegative ? "<rect class=\"bar less\" x=\"" : "<rect class=\"bar\" x=\"")
            html.number(left + 1)
            html.markup("\" y=\"")
            html.number(Self.height - height)
            html.markup("\" width=\"")
            html.number(max(1, right - left - 3))
            html.markup("\" height=\"")
            html.number(height)
            html.markup("\"/>")
        }
        label(first.description, isEnd: false, to: &html)
        if slots > 1 { label(last.description, isEnd: true, to: &html) }
        html.markup("</svg>")
        return html
    }

    private func label(_ text: String, isEnd: Bool, to html: inout HTMLText) {
        html.markup(isEnd ? "<text class=\"v\" x=\"" : "<text x=\"")
        html.number(isEnd ? Self.width : 0)
        html.markup("\" y=\"")
        html.number(Self.height + 18)
        html.markup("\">")
        html.text(text)
        html.markup("</text>")
    }
}

extension BarChart {
    /// Thousandths of `longest`.
    static func length(_ value: ExactDecimal, of longest: ExactDecimal) -> Int {
        guard !longest.isZero else { return 0 }
        let share = value.divided(by: longest, to: 3).coefficient(atScale: 3) ?? 0
        return Int(min(1000, max(-1000, share)))
    }

    init(title: String, entries: [(label: String, value: ExactDecimal)], texts: [String]) {
        let longest = entries.map(\.value.magnitude).max() ?? .zero
        self.title = title
        bars = zip(entries, texts).map { entry, text in
            Bar(label: entry.label, value: text, length: BarChart.length(entry.value, of: longest))
        }
    }
}
