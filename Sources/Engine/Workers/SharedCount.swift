import Synchronization

/// A number that every worker changes, alone in its cache lines: what lies beside it is read for every
/// message, and would have to be fetched anew after each change by another core.
///
/// 128 bytes on either side, because processors fetch lines in pairs.
final class SharedCount<Value: AtomicRepresentable & Sendable>: Sendable {
  private let before = InlineArray<16, UInt64>(repeating: 0)
  /// The number.
  let value: Atomic<Value>
  private let after = InlineArray<16, UInt64>(repeating: 0)

  /// - Parameter value: where it begins.
  init(_ value: consuming Value) { self.value = Atomic(value) }
}
