import ConfigurationLanguage
import Sessions

/// Which directions of a session may be spliced: `option splice-auto`, `splice-request` and
/// `splice-response` of frontend and backend. HAProxy manual, section 4.2.
///
/// Without any of them both directions are; with one of them in either proxy, what is named is; and
/// taken back (`no option splice-auto`), nothing is that is not named.
struct SplicePermission: Sendable {
  private var requested: ProxyConfiguration.Options
  private var refused: ProxyConfiguration.Options

  private static let all: ProxyConfiguration.Options = [
    .spliceAuto, .spliceRequest, .spliceResponse,
  ]

  init(_ proxy: ProxyConfiguration) {
    requested = proxy.options.intersection(SplicePermission.all)
    refused = proxy.refused
  }

  /// What holds for a session of both proxies.
  func combined(with other: SplicePermission) -> SplicePermission {
    var both = self
    both.requested.formUnion(other.requested)
    both.refused.formUnion(other.refused)
    return both
  }

  /// Whether the bytes from a side may be spliced.
  func permits(_ source: SideName) -> Bool {
    let named: ProxyConfiguration.Options =
      source == .client ? .spliceRequest : .spliceResponse
    if !requested.isEmpty {
      return requested.contains(.spliceAuto) || requested.contains(named)
    }
    return !refused.contains(.spliceAuto) && !refused.contains(named)
  }
}
