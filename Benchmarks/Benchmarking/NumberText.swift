/// Numbers as people read them.
public enum NumberText {
  /// Three significant digits, thousands separated, no exponent.
  public static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value < 0 { return "-" + short(-value) }
    if value == 0 { return "0" }
    if value >= 99.95 { return grouped(value) }
    return fixed(value, value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3)
  }

  /// So many digits behind the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    if value < 0 { return "-" + fixed(-value, digits) }
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = Int((value * factor).rounded())
    let whole = scaled / Int(factor)
    guard digits > 0 else { return "\(whole)" }
    let rest = String(scaled % Int(factor))
    return "\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  private static func grouped(_ value: Double) -> String {
    let digits = Array(String(Int(value.rounded())))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
