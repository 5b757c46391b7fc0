import Basics

/// A file of patterns with a value for each: `map_<match>_<output>`. HAProxy manual, section 7.3.1,
/// `map`.
public final class PatternMap: Sendable {
  /// Which member of the family.
  struct Kind: Hashable {
    let match: PatternMatch
    /// The type of the values; nil when the pattern's own text is the value.
    let output: SampleType?

    /// - Parameter name: `map`, `map_<match>` or `map_<match>_<output>`; nil for another name.
    init?(_ name: String) {
      let parts = name.split(separator: "_", omittingEmptySubsequences: false)
      guard parts[0] == "map", parts.count <= 3 else { return nil }
      let match = parts.count > 1 ? PatternMatch(rawValue: String(parts[1])) : .str
      guard let match, match != .found, match != .bool, match != .bin, match != .len else {
        return nil
      }
      self.match = match
      if parts.count < 3 {
        output = .string
        return
      }
      guard match != .regm else { return nil }
      switch parts[2] {
      case "str": output = .string
      case "int": output = .integer
      case "ip": output = .address
      case "key": output = nil
      default: return nil
      }
    }

    var description: ConverterDescription {
      ConverterDescription(
        input: match.input, output: output ?? .string, argumentsMin: 1,
        arguments: output == nil
          ? [.string] : [.string, output == .integer ? .integer : .string])
    }
  }

  private let index: PatternIndex
  private let values: [SampleValue]
  private let fallback: SampleValue?

  init(index: PatternIndex, values: [SampleValue], fallback: SampleValue?) {
    self.index = index
    self.values = values
    self.fallback = fallback
  }

  /// The value of the pattern that a sample matches, else the default; nil without one.
  func value(for sample: SampleValue) -> SampleValue? {
    guard let found = index.find(sample) else { return fallback }
    guard index.match == .regm, case .string(let template) = values[found] else {
      return values[found]
    }
    let text = sample.text
    guard let groups = index.groups(in: text, of: found) else { return values[found] }
    return .string(expanded(template, groups, text))
  }

  /// Puts groups of a match in the place of `\0` to `\9`.
  private func expanded(
    _ template: [UInt8], _ groups: [Range<Int>?], _ text: [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < template.count {
      let byte = template[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < template.count, isDigitByte(template[index]) else {
        result.append(byte)
        continue
      }
      let group = Int(template[index] - UInt8(ascii: "0"))
      index += 1
      if group < groups.count, let range = groups[group] { result += text[range] }
    }
    return result
  }
}

extension SampleReader {
  /// Reads the file of a map.
  func map(_ kind: PatternMap.Kind, _ arguments: [SampleArgument]) throws(SampleError) -> PatternMap
  {
    let name = arguments[0].text
    var index = PatternIndex(kind.match)
    var values: [SampleValue] = []
    for (text, number) in try patternLines(of: name) {
      let key = firstWord(of: text)
      let rest = text[key.endIndex...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      let last = rest.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
      let value = last.map { Array(rest[rest.startIndex...$0]) } ?? []
      do {
        values.append(try mapValue(kind.output == nil ? Array(key) : value, kind.output))
        try index.add(Array(key), resolve: nil)
      } catch {
        throw SampleError("\(error.message) at line \(number) of file '\(name)'")
      }
    }
    index.complete()
    var fallback: SampleValue?
    if arguments.count > 1 {
      switch (kind.output, arguments[1]) {
      case (.integer, .integer(let number)): fallback = .integer(number)
      case (.address, .string(let text)):
        guard let address = IPAddress(utf8: text) else {
          throw SampleError("map: cannot parse default ip <\(arguments[1].text)>.")
        }
        fallback = .address(address)
      default: fallback = .string(arguments[1].bytes)
      }
    }
    return PatternMap(index: index, values: values, fallback: fallback)
  }

  private func mapValue(
    _ text: [UInt8], _ type: SampleType?
  ) throws(SampleError) -> SampleValue {
    let failure = SampleError("unable to parse '\(String(decoding: text, as: UTF8.self))'")
    switch type {
    case .integer:
      guard let number = wholeInteger(text) else { throw failure }
      return .integer(number)
    case .address:
      guard let address = IPAddress(utf8: text) else { throw failure }
      return .address(address)
    default: return .string(text)
    }
  }
}
