public import Samples

/// `expect`
public struct CheckExpectation: Sendable {
  /// What is looked for.
  public enum Pattern: Sendable {
    /// `string`
    case string([UInt8])
    /// `binary`
    case binary([UInt8])
    /// `string-lf`
    case text(CheckText)
    /// `binary-lf`
    case hexadecimal(CheckText)
    /// `rstring`
    case expression(RegularExpression)
    /// `rbinary`: what is matched are two upper case digits for each byte.
    case hexadecimalExpression(RegularExpression)
    /// `rstatus`
    case statusExpression(RegularExpression)
    /// `status`
    case status([ClosedRange<Int>])
    /// `hdr`, `fhdr`
    case header(HeaderPattern)
    /// `string` of `http-check`
    case body([UInt8])
    /// `string-lf` of `http-check`
    case bodyText(CheckText)
    /// `rstring` of `http-check`
    case bodyExpression(RegularExpression)
    /// A pattern of a protocol.
    case builtIn(BuiltInPattern)
    /// A reply with a parser of its own.
    case reply(ReplyFormat)
  }

  /// Replies with a parser of their own.
  public enum ReplyFormat: Hashable, Sendable {
    case mysqlGreeting
    case mysqlResult
    case ldapBindResponse
    case spopHello
    case agent
  }

  /// What is looked for.
  public var pattern: Pattern
  /// `!`
  public var isNegated = false
  /// `min-recv`; nil to wait for more as long as nothing matches.
  public var bytesMin: Int?
  /// `ok-status`
  public var okStatus: CheckStatus?
  /// `error-status`
  public var errorStatus: CheckStatus?
  /// `tout-status`
  public var timeoutStatus: CheckStatus?
  /// `on-success`
  public var onSuccess: CheckText?
  /// `on-error`
  public var onError: CheckText?
  /// `status-code`
  public var statusCode: SampleExpression?
  /// The step with which waiting begins anew.
  var head = 0

  /// - Parameter pattern: what is looked for.
  public init(_ pattern: Pattern) { self.pattern = pattern }
}

/// `hdr` and `fhdr`: a header with a name, and maybe with a value.
public struct HeaderPattern: Sendable {
  /// How a name or a value is compared.
  public enum Method: String, CaseIterable, Hashable, Sendable {
    case same = "str"
    case beginning = "beg"
    case ending = "end"
    case contained = "sub"
    case expression = "reg"
  }

  /// One of the two.
  public struct Part: Sendable {
    public var method: Method
    public var text: CheckText
    /// For `expression`, which `text` says nothing about.
    var expression: RegularExpression?

    /// - Parameters:
    ///   - method: how it is compared.
    ///   - text: with what.
    public init(_ method: Method, _ text: CheckText) {
      self.method = method
      self.text = text
    }

    /// - Parameter expression: what matches.
    public init(_ expression: RegularExpression) {
      method = .expression
      text = CheckText(literal: [])
      self.expression = expression
    }

    /// What is compared with; nil when a text gives nothing.
    func pattern(_ samples: inout SampleContext) -> [UInt8]? {
      if expression != nil { return [] }
      let bytes = text.bytes(&samples)
      return bytes.isEmpty ? nil : bytes
    }

    func matches(_ bytes: ArraySlice<UInt8>, _ pattern: [UInt8]) -> Bool {
      switch method {
      case .same: bytes.elementsEqual(pattern)
      case .beginning: bytes.starts(with: pattern)
      case .ending:
        bytes.count >= pattern.count && bytes.suffix(pattern.count).elementsEqual(pattern)
      case .contained: bytes.containsBytes(pattern)
      case .expression: expression?.matches(Array(bytes)) ?? false
      }
    }
  }

  public var name: Part
  /// nil when the header need only be there.
  public var value: Part?
  /// `fhdr`: the whole value, not one of several between commas.
  public var isWhole: Bool

  /// - Parameters:
  ///   - name: compared without regard to case.
  ///   - value: nil when the header need only be there.
  ///   - isWhole: `fhdr`
  public init(name: Part, value: Part?, isWhole: Bool) {
    self.name = name
    self.value = value
    self.isWhole = isWhole
  }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
  /// Whether a sequence of bytes is somewhere in this one; an empty one always is.
  func containsBytes(_ pattern: [UInt8]) -> Bool {
    guard let first = pattern.first else { return true }
    guard count >= pattern.count else { return false }
    var start = startIndex
    let last = endIndex - pattern.count
    while start <= last {
      if self[start] == first, self[start..<start + pattern.count].elementsEqual(pattern) {
        return true
      }
      start += 1
    }
    return false
  }
}
