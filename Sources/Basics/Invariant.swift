#if canImport(Glibc)
  import Glibc
#endif

/// Stops the program when something that would corrupt or leak is no longer true.
///
/// Kept in release builds, where `precondition` traps without saying what it was about.
///
/// - Parameters:
///   - condition: what must hold.
///   - sentence: the rule that was broken, as a sentence.
@inlinable
@inline(__always)
public func invariant(
  _ condition: @autoclosure () -> Bool, _ sentence: @autoclosure () -> StaticString,
  file: StaticString = #fileID, line: UInt = #line
) {
  if _slowPath(!condition()) { stop(sentence(), file: file, line: line) }
}

/// Prints file, line and sentence to standard error, then traps.
///
/// For a place that cannot be reached unless the program itself is wrong.
@inline(never)
public func stop(
  _ sentence: StaticString, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  var text = "broken invariant: \(file):\(line): \(sentence)\n"
  text.withUTF8 { bytes in _ = unsafe write(2, bytes.baseAddress, bytes.count) }
  fatalError("broken invariant")
}
