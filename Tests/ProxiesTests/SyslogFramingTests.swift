import Basics
import ConfigurationLanguage
import Proxies
import Testing

@Suite struct SyslogFramingTests {
  private func target(_ format: LogTarget.Format?) -> LogTarget {
    var target = LogTarget(
      destination: .descriptor(1), facility: 16, location: LogFixture.location)
    target.format = format
    return target
  }

  private func line(
    _ target: LogTarget, _ message: String = "hello", level: LogLevel = .info,
    hostname: String? = nil, tag: String = "haproxy", microseconds: Int64 = 1_795_382_032_678_123,
    offset: Int32 = 0
  ) -> String? {
    let framing = SyslogFraming(
      target, tag: Array(tag.utf8), processID: 13160, hostname: hostname.map { Array($0.utf8) })
    var bytes: [UInt8] = []
    let isLine = framing.write(
      Array(message.utf8), level: level,
      date: LocalDate(.init(microseconds: microseconds), utcOffsetSeconds: offset),
      into: &bytes)
    return isLine ? String(decoding: bytes, as: UTF8.self) : nil
  }

  @Test func everyFormatHasTheReferencesHeader() {
    let expected: [LogTarget.Format: String] = [
      .local: "<134>Nov 22 21:13:52 haproxy[13160]: hello\n",
      .rfc3164: "<134>Nov 22 21:13:52 localhost haproxy[13160]: hello\n",
      .rfc5424: "<134>1 2026-11-22T21:13:52.678123+00:00 - haproxy 13160 - - hello\n",
      .priority: "<134>hello\n",
      .short: "<6>hello\n",
      .timed: "<6>2026-11-22T21:13:52.678123+00:00 hello\n",
      .iso: "2026-11-22T21:13:52.678123+00:00 hello\n",
      .raw: "hello\n",
    ]
    for format in LogTarget.Format.allCases {
      #expect(line(target(format)) == expected[format], "\(format)")
    }
  }

  @Test func logSendHostnameShowsInTheTwoFormatsThatHaveAPlaceForIt() {
    #expect(
      line(target(.rfc3164), hostname: "vm") == "<134>Nov 22 21:13:52 vm haproxy[13160]: hello\n")
    #expect(
      line(target(.rfc5424), hostname: "vm")
        == "<134>1 2026-11-22T21:13:52.678123+00:00 vm haproxy 13160 - - hello\n")
    for format in [LogTarget.Format.local, .priority, .short, .timed, .iso, .raw] {
      #expect(line(target(format), hostname: "vm") == line(target(format)))
    }
  }

  @Test func withoutAFormatTheHostnameDecides() {
    #expect(line(target(nil)) == line(target(.local)))
    #expect(line(target(nil), hostname: "vm") == line(target(.rfc3164), hostname: "vm"))
  }

  @Test func dayIsPaddedWithASpaceAndTheZoneIsLocal() {
    #expect(
      line(target(.local), microseconds: 1_793_491_200_000_000, offset: 3600)
        == "<134>Nov  1 01:00:00 haproxy[13160]: hello\n")
    #expect(
      line(target(.iso), microseconds: 1_793_491_200_000_007, offset: -12_600)
        == "2026-10-31T20:30:00.000007-03:30 hello\n")
  }

  @Test func theLineNeverExceedsItsLength() {
    for format in LogTarget.Format.allCases {
      var target = target(format)
      target.lengthMax = 80
      let text = line(target, String(repeating: "x", count: 200)) ?? ""
      #expect(text.utf8.count == 80)
      #expect(text.hasSuffix("x\n"))
    }
    var target = target(.raw)
    target.lengthMax = 80
    #expect(line(target, String(repeating: "x", count: 79))?.utf8.count == 80)
    #expect(line(target, String(repeating: "x", count: 78))?.utf8.count == 79)
  }

  @Test func trailingLineFeedsGoAndEmptyMessagesAreNotSent() {
    #expect(line(target(.raw), "hello\n\0\n") == "hello\n")
    #expect(line(target(.raw), "") == nil)
    #expect(line(target(.local), "\n") == nil)
  }

  @Test func levelsAreFilteredAndRaised() {
    var target = target(.priority)
    target.levelMax = LogLevel.warning.rawValue
    target.levelMin = LogLevel.err.rawValue
    target.facility = 23
    let framing = SyslogFraming(target, tag: [], processID: 1, hostname: nil)
    #expect(
      LogLevel.allCases.filter { framing.admits($0) } == [.emerg, .alert, .crit, .err, .warning])
    #expect(line(target, level: .alert) == "<187>hello\n")
    #expect(line(target, level: .warning) == "<188>hello\n")
    target.facility = 0
    target.levelMin = 0
    #expect(line(target, level: .emerg) == "<0>hello\n")
  }

  @Test func samplingTakesItsRangesOfEveryPeriod() {
    var target = target(.raw)
    target.sampleRanges = [2...3, 5...5]
    target.sampleSize = 6
    var sampler = LogSampler(target)
    let taken = (1...18).filter { _ in sampler.take() }
    #expect(taken.count == 9)
    var again = LogSampler(target)
    #expect(
      (1...12).map { _ in again.take() } == [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0].map { $0 == 1 })
    var all = LogSampler(self.target(.raw))
    #expect((1...3).allSatisfy { _ in all.take() })
  }
}
