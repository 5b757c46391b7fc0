public import Samples

/// What a log line says beside the record of its session: values that cost something to get, and are
/// only there where the configuration asks for them.
public struct LogSamples: Sendable {
  /// The values of a format's expressions, by their places; nil for those without one.
  public var values: [SampleValue?] = []
  /// What `capture` rules kept, by number.
  public var captures: [[UInt8]?] = []
  /// What `capture-res` kept, by number.
  public var responseCaptures: [[UInt8]?] = []
  /// What `unique-id-format` gave; nil without one.
  public var uniqueID: [UInt8]?

  /// Nothing.
  public init() {}

  /// The value of an expression, by its place.
  func value(_ place: Int) -> SampleValue? {
    values.indices.contains(place) ? values[place] : nil
  }
}
