import Benchmarking
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    (0.0, "0"), (0.12345, "0.123"), (0.9996, "1.00"), (9.996, "10.0"), (12.34, "12.3"),
    (99.94, "99.9"), (99.96, "100"), (1234.5, "1,235"), (1_234_567, "1,234,567"), (-2.5, "-2.50"),
    (.nan, "–"),
  ])
  func numbersHaveThreeDigits(_ value: Double, _ text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test func tablesAreAligned() {
    var table = Table(["name", "CPU"])
    table.add(["a longer name", "1"])
    table.add(["b", "1,000"])
    #expect(
      table.text == """
        | name          |   CPU |
        |---------------|------:|
        | a longer name |     1 |
        | b             | 1,000 |

        """)
  }

  @Test func theAdviceNamesTheEngineThatUsedLess() {
    let ring = EngineAdvice(record([.ring: [0.8, 0.8], .epoll: [1, 1]])).sentences
    #expect(ring[0].contains("io_uring used 20 % less"))
    #expect(ring[1].contains("keep `tune.engine auto`"))
    let epoll = EngineAdvice(record([.ring: [1, 1], .epoll: [0.5, 0.5]])).sentences
    #expect(epoll[0].contains("epoll used 50 % less"))
    #expect(epoll[1].contains("set `tune.engine epoll`"))
    let even = EngineAdvice(record([.ring: [1, 1.1], .epoll: [1.03, 1.1]])).sentences
    #expect(even[0].contains("no clear difference"))
    #expect(EngineAdvice(record([.ring: [1]])).sentences[0].contains("Not both engines"))
  }

  @Test func plotsAreWellFormed() {
    let record = record([.ring: [1, 2], .haproxy: [3, 4], .ringSplice: [2]])
    let plots = Report(record).plots
    #expect(plots.map(\.name) == ["bulk-8-cpu.svg", "bulk-8-throughput.svg"])
    for plot in plots {
      #expect(plot.svg.hasPrefix("<svg ") && plot.svg.hasSuffix("</svg>\n"))
      #expect(!plot.svg.contains("`"))
      #expect(plot.svg.components("<rect").count == plot.svg.components("<line").count + 1)
    }
  }
}

extension String {
  fileprivate func components(_ word: String) -> [Substring] {
    split(separator: word, omittingEmptySubsequences: false)
  }
}
