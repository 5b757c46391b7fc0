import CPCRE2

/// A compiled regular expression. Immutable, so that all workers may share it. PCRE2, pcre2api(3).
@safe public final class RegularExpression: @unchecked Sendable {
  private let code: OpaquePointer
  /// The groups that a match can have, the whole match among them.
  private let groupsMax = 10

  /// - Parameters:
  ///   - pattern: the expression.
  ///   - ignoresCase: whether letters match in either case.
  /// - Throws: what is wrong and where, in HAProxy's words.
  public init(_ pattern: [UInt8], ignoresCase: Bool) throws(SampleError) {
    var error: Int32 = 0
    var offset = 0
    let options: UInt32 = ignoresCase ? PCRE2_CASELESS : 0
    let compiled = unsafe pattern.withUnsafeBufferPointer {
      unsafe pcre2_compile_8($0.baseAddress, $0.count, options, &error, &offset, nil)
    }
    guard let compiled = unsafe compiled else {
      var text = [UInt8](repeating: 0, count: 256)
      let count = unsafe text.withUnsafeMutableBufferPointer {
        unsafe pcre2_get_error_message_8(error, $0.baseAddress, $0.count)
      }
      let message = String(decoding: text[..<max(0, Int(count))], as: UTF8.self)
      throw SampleError(
        "regex '\(String(decoding: pattern, as: UTF8.self))' is invalid (error=\(message), "
          + "erroffset=\(offset))")
    }
    unsafe code = compiled
    // Without it matching is slower and nothing else.
    _ = unsafe pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Whether the expression matches anywhere in a text.
  public func matches(_ text: [UInt8]) -> Bool { groups(in: text, from: 0) != nil }

  /// The first match and its groups, as ranges of the text; nil without one.
  ///
  /// - Parameters:
  ///   - text: where to look.
  ///   - start: where to begin; what stands before is seen by assertions.
  func groups(in text: [UInt8], from start: Int) -> [Range<Int>?]? {
    guard let data = unsafe pcre2_match_data_create_8(UInt32(groupsMax), nil) else { return nil }
    defer { unsafe pcre2_match_data_free_8(data) }
    let count = unsafe text.withUnsafeBufferPointer {
      unsafe pcre2_match_8(
        code, $0.baseAddress ?? UnsafePointer(bitPattern: 1), $0.count, start, 0, data, nil)
    }
    guard count >= 0 else { return nil }
    guard let ends = unsafe pcre2_get_ovector_pointer_8(data) else { return nil }
    let found = count == 0 ? groupsMax : Int(count)
    return (0..<found).map { index in
      let (low, high) = unsafe (ends[2 * index], ends[2 * index + 1])
      return low == Int.max || low > high || high > text.count || low < 0 ? nil : low..<high
    }
  }

  /// Replaces matches. HAProxy manual, section 7.3.1, `regsub`.
  ///
  /// - Parameters:
  ///   - text: what is searched.
  ///   - replacement: `\0` to `\9` in it stand for the groups of a match.
  ///   - isGlobal: whether every match is replaced, not only the first.
  ///   - bytesMax: the longest result; what would exceed it is cut off.
  func replacing(
    in text: [UInt8], with replacement: [UInt8], isGlobal: Bool, bytesMax: Int
  ) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while let groups = groups(in: text, from: position), let whole = groups[0] {
      result += text[position..<whole.lowerBound]
      append(replacement, groups, text, to: &result)
      position = whole.upperBound
      if whole.isEmpty {
        guard position < text.count else { break }
        result.append(text[position])
        position += 1
      }
      if !isGlobal || position >= text.count || result.count > bytesMax { break }
    }
    result += text[min(position, text.count)...]
    return result.count > bytesMax ? Array(result[..<bytesMax]) : result
  }

  private func append(
    _ replacement: [UInt8], _ groups: [Range<Int>?], _ text: [UInt8], to result: inout [UInt8]
  ) {
    var index = 0
    while index < replacement.count {
      let byte = replacement[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < replacement.count else {
        result.append(byte)
        continue
      }
      let next = replacement[index]
      index += 1
      if isDigitByte(next) {
        let group = Int(next - UInt8(ascii: "0"))
        if group < groups.count, let range = groups[group] { result += text[range] }
      } else {
        result.append(next)
      }
    }
  }
}
