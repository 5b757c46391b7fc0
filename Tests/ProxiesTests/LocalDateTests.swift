import Basics
import Proxies
import Testing

@Suite struct LocalDateTests {
  private func text(_ seconds: Int64, offset: Int32 = 0) -> String {
    let date = LocalDate(WallTime(microseconds: seconds * 1_000_000), utcOffsetSeconds: offset)
    return "\(date.year)-\(date.month)-\(date.day) \(date.hour):\(date.minute):\(date.second)"
  }

  @Test func knownMoments() {
    #expect(text(0) == "1970-1-1 0:0:0")
    #expect(text(951_782_399) == "2000-2-28 23:59:59")
    #expect(text(951_782_400) == "2000-2-29 0:0:0")
    #expect(text(951_868_800) == "2000-3-1 0:0:0")
    #expect(text(4_107_542_400) == "2100-3-1 0:0:0")
    #expect(text(4_107_542_399) == "2100-2-28 23:59:59")
    #expect(text(-1) == "1969-12-31 23:59:59")
    #expect(text(1_798_761_599) == "2026-12-31 23:59:59")
  }

  @Test func theOffsetMovesTheCalendar() {
    #expect(text(0, offset: -3600) == "1969-12-31 23:0:0")
    #expect(text(1_798_761_599, offset: 1) == "2027-1-1 0:0:0")
    #expect(text(0, offset: 20_700) == "1970-1-1 5:45:0")
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var (year, month, day) = (1970, 1, 1)
    for number in 0..<146_097 {
      let date = LocalDate(WallTime(microseconds: Int64(number) * 86_400_000_000))
      guard Int(date.year) == year, Int(date.month) == month, Int(date.day) == day else {
        Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      day += 1
      if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) {
        day = 1
        month += 1
      }
      if month > 12 {
        month = 1
        year += 1
      }
    }
  }
}
