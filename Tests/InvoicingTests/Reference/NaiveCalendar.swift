/// A calendar made by counting days one after the other from 1 January 1970.
enum NaiveCalendar {
    static let days: [(year: Int, month: Int, day: Int)] = {
        var list: [(year: Int, month: Int, day: Int)] = []
        for year in 1970..<2040 {
            for month in 1...12 {
                for day in 1...length(month, year) { list.append((year, month, day)) }
            }
        }
        return list
    }()

    static func length(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        var number = 0
        for earlier in 1970..<year {
            number += earlier % 4 == 0 && earlier % 100 != 0 || earlier % 400 == 0 ? 366 : 365
        }
        for earlier in 1..<month { number += length(earlier, year) }
        return number + day - 1
    }

    /// 1 January 1970 was a Thursday.
    static func isMonday(_ number: Int) -> Bool { number % 7 == 4 }

    /// So many months after a day, or the last day of that month.
    static func after(_ number: Int, months: Int) -> Int {
        let start = days[number]
        var (year, month) = (start.year, start.month)
        for _ in 0..<abs(months) {
            month += months.signum()
            if month == 13 { (year, month) = (year + 1, 1) }
            if month == 0 { (year, month) = (year - 1, 12) }
        }
        return self.number(year, month, min(start.day, length(month, year)))
    }
}
