/// What expressions look at that costs something to have: it is asked for, or kept, only when an
/// expression of the configuration needs it.
public struct SampleNeeds: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `SampleContext.clientTransmission`
  public static let clientTransmission = SampleNeeds(rawValue: 1 << 0)
  /// `SampleContext.serverTransmission`
  public static let serverTransmission = SampleNeeds(rawValue: 1 << 1)
  /// `SampleContext.proxyValues`
  public static let proxyValues = SampleNeeds(rawValue: 1 << 2)
  /// `SampleContext.destination` and `connectionDestination`
  public static let destination = SampleNeeds(rawValue: 1 << 3)
  /// `SampleContext.serverSource`
  public static let serverSource = SampleNeeds(rawValue: 1 << 4)
}
