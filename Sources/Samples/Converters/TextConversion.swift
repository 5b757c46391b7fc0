import Basics

extension SampleConverter {
  /// The converters that need nothing but their input and arguments.
  ///
  /// - Parameter bytesMax: where groups of bytes stop being written out; other results may be longer.
  func pure(
    _ input: SampleValue, _ arguments: [SampleArgument], bytesMax: Int
  ) -> SampleValue? {
    switch self {
    case .base64: .string(Base64.encode(input.bytes, isURL: false))
    case .ub64enc: .string(Base64.encode(input.bytes, isURL: true))
    case .b64dec: Base64.decode(input.text, isURL: false).map { .binary($0) }
    case .ub64dec: Base64.decode(input.text, isURL: true).map { .binary($0) }
    case .base2:
      .string(
        input.bytes.flatMap { byte in
          (0..<8).map { UInt8(ascii: "0") + byte >> UInt8(7 - $0) & 1 }
        })
    case .hex: .string(input.bytes.flatMap { [upperHex($0 >> 4), upperHex($0 & 15)] })
    case .hex2i: hexadecimalNumber(input.text).map { .integer($0) }
    case .htonl: .binary(bigEndian(UInt64(bitPattern: input.number ?? 0), bytes: 4))
    case .be2dec, .le2dec, .be2hex:
      grouped(input.bytes, arguments, bytesMax: bytesMax).map { .string($0) }
    case .cutCrlf:
      .string(
        Array(
          input.text.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }))
    case .field: field(input.text, arguments)
    case .word: word(input.text, arguments)
    case .hostOnly: .string(hostAndPort(input.text).host.lowercased)
    case .portOnly: .integer(leadingInteger(hostAndPort(input.text).port))
    case .length: .integer(Int64(input.text.count))
    case .lower: .string(input.text.lowercased)
    case .upper: .string(input.text.uppercased)
    case .ltrim: .string(Array(input.text.drop { arguments[0].bytes.contains($0) }))
    case .rtrim:
      .string(
        Array(input.text.reversed().drop { arguments[0].bytes.contains($0) }.reversed()))
    case .reverse: .string(input.text.reversed())
    case .reverseDom:
      .string(
        Array(
          input.text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .reversed().joined(separator: [UInt8(ascii: ".")])))
    case .param: parameter(input.text, arguments)
    case .urlDec: urlDecoded(input.text, arguments)
    case .crc32: hashed(HashFunction.crc32.hash(input.bytes.span), arguments)
    case .crc32c: hashed(HashFunction.crc32c(input.bytes.span), arguments)
    case .djb2: hashed(HashFunction.djb2.hash(input.bytes.span), arguments)
    case .sdbm: hashed(HashFunction.sdbm.hash(input.bytes.span), arguments)
    case .wt6: hashed(HashFunction.wt6.hash(input.bytes.span), arguments)
    case .xxh32:
      .integer(
        Int64(
          HashFunction.xxh32(
            input.bytes.span, seed: UInt32(truncatingIfNeeded: arguments.first?.integer ?? 0))))
    case .xxh64:
      .integer(
        Int64(
          bitPattern: HashFunction.xxh64(
            input.bytes.span, seed: UInt64(bitPattern: arguments.first?.integer ?? 0))))
    case .xxh3:
      .integer(
        Int64(
          bitPattern: XXH3.hash(
            input.bytes, seed: UInt64(bitPattern: arguments.first?.integer ?? 0))))
    case .json:
      JSONText.Input(rawValue: arguments[0].text)
        .flatMap { JSONText.escaped(input.text, $0) }.map { .string($0) }
    case .jsonQuery: queried(input.text, arguments)
    case .urlEnc: urlEncoded(input.text)
    case .httpDate: httpDate(input.number ?? 0, arguments)
    case .date: HTTPDate.seconds(of: input.text).map { .integer($0) }
    case .digest:
      DigestAlgorithm(rawValue: arguments[0].text).map { .binary($0.digest(input.bytes)) }
    case .sha1: .binary(Digest.sha1(input.bytes))
    case .sha2: .binary(SHA2.digest(input.bytes, bits: Int(arguments[0].integer)))
    default: nil
    }
  }

  func upperHex(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
  }

  private func hashed(_ hash: UInt32, _ arguments: [SampleArgument]) -> SampleValue {
    let isMixed = arguments.first.map { $0.integer != 0 } ?? false
    return .integer(Int64(isMixed ? HashFunction.avalanche(hash) : hash))
  }

  private func hexadecimalNumber(_ text: [UInt8]) -> Int64? {
    var number: Int64 = 0
    for byte in text {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      number = number << 4 &+ Int64(digit)
    }
    return number
  }

  /// Groups of bytes as numbers with something between them.
  ///
  /// - Returns: as many whole groups as there is room for; nil when there is none for one.
  private func grouped(
    _ bytes: [UInt8], _ arguments: [SampleArgument], bytesMax: Int
  ) -> [UInt8]? {
    let separator = arguments[0].bytes
    var size = Int(clamping: arguments[1].integer)
    let isTruncated = arguments[2].integer != 0
    if self == .be2hex, separator.isEmpty, !isTruncated { size = max(1, bytes.count) }
    let groupBytes = separator.count + (self == .be2hex ? 2 * min(size, bytesMax) : 20)
    guard groupBytes <= bytesMax else { return nil }
    var text: [UInt8] = []
    var index = 0
    let last = isTruncated ? bytes.count - size + 1 : bytes.count
    while index < last, text.count <= bytesMax - groupBytes {
      if index > 0 { text += separator }
      let group = bytes[index..<min(bytes.count, index + size)]
      index += group.count
      switch self {
      case .be2hex: text += group.flatMap { [upperHex($0 >> 4), upperHex($0 & 15)] }
      case .le2dec:
        text.append(decimal: group.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      default: text.append(decimal: group.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      }
    }
    return text
  }

  /// `field(<index>,<delimiters>[,<count>])`: every delimiter ends a field, also an empty one.
  private func field(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    let delimiters = arguments[1].bytes
    let fields = text.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
    return span(text, fields, arguments)
  }

  /// `word(<index>,<delimiters>[,<count>])`: delimiters in a row are one.
  private func word(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    let delimiters = arguments[1].bytes
    return span(text, text.split { delimiters.contains($0) }, arguments)
  }

  /// The part of a text from one piece over a number of them, counted from the front or, with a
  /// negative index, from the back; a count of 0 is all that follow.
  private func span(
    _ text: [UInt8], _ pieces: [ArraySlice<UInt8>], _ arguments: [SampleArgument]
  ) -> SampleValue? {
    let index = arguments[0].integer
    let count = arguments.count > 2 ? arguments[2].integer : 1
    guard index.magnitude <= UInt64(pieces.count) else { return nil }
    let extra = count <= 0 ? pieces.count : Int(clamping: count) - 1
    if index > 0 {
      let first = Int(index) - 1
      let last = min(pieces.count - 1, first + min(extra, pieces.count))
      let end = count <= 0 ? text.endIndex : pieces[last].endIndex
      return .string(Array(text[pieces[first].startIndex..<end]))
    }
    let last = pieces.count + Int(index)
    let first = max(0, last - min(extra, pieces.count))
    let start = count <= 0 ? text.startIndex : pieces[first].startIndex
    return .string(Array(text[start..<pieces[last].endIndex]))
  }

  private func hostAndPort(_ text: [UInt8]) -> (host: [UInt8], port: ArraySlice<UInt8>) {
    let mark = text.lastIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "]") }
    guard let mark, text[mark] == UInt8(ascii: ":") else { return (text, []) }
    return (Array(text[..<mark]), text[(mark + 1)...])
  }

  /// `param(<name>[,<delimiter>])`
  private func parameter(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    let delimiter = arguments.count > 1 ? arguments[1].bytes.first : nil
    let name = arguments[0].bytes
    for pair in text.split(separator: delimiter ?? UInt8(ascii: "&")) {
      if pair.elementsEqual(name) { return .string([]) }
      if pair.starts(with: name + [UInt8(ascii: "=")]) {
        return .string(Array(pair.dropFirst(name.count + 1)))
      }
    }
    return nil
  }

  private func urlDecoded(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    let isForm = arguments.first.map { $0.integer != 0 } ?? false
    var isQuery = isForm
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      switch byte {
      case UInt8(ascii: "%"):
        guard index + 1 < text.count,
          let number = hexadecimalNumber(Array(text[index...index + 1]))
        else { return nil }
        result.append(UInt8(truncatingIfNeeded: number))
        index += 2
      case UInt8(ascii: "+"): result.append(isQuery ? UInt8(ascii: " ") : byte)
      default:
        if byte == UInt8(ascii: "?") { isQuery = true }
        result.append(byte)
      }
    }
    return .string(result)
  }
}

/// RFC 4648, sections 4 and 5.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// - Parameter isURL: whether `-` and `_` stand for `+` and `/`, and no padding is written.
  static func encode(_ bytes: [UInt8], isURL: Bool) -> [UInt8] {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(bytes.count, start + 3)]
      let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        if index > group.count {
          if !isURL { text.append(UInt8(ascii: "=")) }
          continue
        }
        let digit = digits[Int(word >> UInt32(18 - 6 * index) & 63)]
        switch digit {
        case UInt8(ascii: "+") where isURL: text.append(UInt8(ascii: "-"))
        case UInt8(ascii: "/") where isURL: text.append(UInt8(ascii: "_"))
        default: text.append(digit)
        }
      }
    }
    return text
  }

  /// - Returns: nil for what is not base64.
  static func decode(_ text: [UInt8], isURL: Bool) -> [UInt8]? {
    var text = text[...]
    if !isURL, text.count % 4 != 0 { return nil }
    var padding = 0
    while text.last == UInt8(ascii: "="), padding < 2 {
      text = text.dropLast()
      padding += 1
    }
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    var word: UInt32 = 0
    var bits = 0
    for character in text {
      guard let value = value(of: character, isURL: isURL) else { return nil }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return bytes
  }

  private static func value(of character: UInt8, isURL: Bool) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case isURL ? UInt8(ascii: "-") : UInt8(ascii: "+"): 62
    case isURL ? UInt8(ascii: "_") : UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
