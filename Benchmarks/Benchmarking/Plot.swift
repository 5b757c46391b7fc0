/// Horizontal bars with their ranges, as SVG.
public struct Plot: Sendable {
  public struct Bar: Sendable {
    public var label: String
    public var spread: Spread
    public var isOurs: Bool

    public init(label: String, spread: Spread, isOurs: Bool) {
      self.label = label
      self.spread = spread
      self.isOurs = isOurs
    }
  }

  private let title: String
  private let unit: String
  private let bars: [Bar]

  public init(title: String, unit: String, bars: [Bar]) {
    self.title = title
    self.unit = unit
    self.bars = bars
  }

  /// A whole file. Colours are readable on light and on dark pages.
  public var svg: String {
    let (labelWidth, barWidth, rowHeight, top) = (210, 400, 26, 34)
    let height = top + bars.count * rowHeight + 10
    let width = labelWidth + barWidth + 110
    let highest = bars.map(\.spread.highest).max() ?? 1
    let scale = Double(barWidth) / max(highest, .leastNormalMagnitude)
    func x(_ value: Double) -> String { NumberText.fixed(Double(labelWidth) + value * scale, 1) }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="13">
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>
      <text x="8" y="20" font-weight="bold" fill="#222222">\(escaped(title)), \(escaped(unit))</text>

      """
    for (row, bar) in bars.enumerated() {
      let y = top + row * rowHeight
      let middle = y + 11
      let length = NumberText.fixed(bar.spread.median * scale, 1)
      text += """
        <text x="\(labelWidth - 8)" y="\(y + 15)" text-anchor="end" \
        fill="#222222">\(escaped(bar.label))</text>
        <rect x="\(labelWidth)" y="\(y + 2)" width="\(length)" height="18" \
        fill="\(bar.isOurs ? "#d9622b" : "#8aa4c0")"/>
        <line x1="\(x(bar.spread.lowest))" x2="\(x(bar.spread.highest))" y1="\(middle)" \
        y2="\(middle)" stroke="#222222"/>
        <text x="\(labelWidth + barWidth + 8)" y="\(y + 15)" \
        fill="#222222">\(NumberText.short(bar.spread.median))</text>

        """
    }
    return text + "</svg>\n"
  }

  private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "`": continue
      default: escaped.append(character)
      }
    }
    return escaped
  }
}

extension Record {
  /// The plots of a workload: file name and drawing.
  public func plots(of workload: Workload) -> [(name: String, plot: Plot)] {
    let wanted: [(Figure, String, String)] =
      switch workload.kind {
      case .bulk, .echo, .connect:
        [
          (.processorTime, "cpu", "proxy CPU, \(workload.unit.rawValue)"),
          (.throughput, "throughput", workload.throughputUnit),
        ]
      case .openLoop:
        [
          (.processorTime, "cpu", "proxy CPU, \(workload.unit.rawValue)"),
          (.p99, "p99", "p99 latency, us"),
        ]
      case .fairness: [(.p99, "p99", "p99 latency, us")]
      case .idle: [(.userMemory, "memory", "user bytes a session")]
      case .placement: []
      }
    return wanted.compactMap { figure, suffix, unit in
      let bars = variants(of: workload).compactMap { variant in
        spread(figure, workload, variant).map {
          Plot.Bar(label: variant.title, spread: $0, isOurs: variant.isSluice)
        }
      }
      guard !bars.isEmpty else { return nil }
      return ("\(workload.name)-\(suffix).svg", Plot(title: workload.title, unit: unit, bars: bars))
    }
  }
}
