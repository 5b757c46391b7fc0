/// One column of what is measured: a proxy and how it is told to work.
public enum Variant: String, Codable, Sendable, CaseIterable {
  case ring = "sluice-io_uring"
  case epoll = "sluice-epoll"
  case ringSplice = "sluice-splice-ring"
  case haproxy = "haproxy"
  case haproxySplice = "haproxy-splice-auto"
  case haproxyExtra = "haproxy-extra"
  case nginx = "nginx"
  case direct = "direct"

  public var title: String {
    switch self {
    case .ring: "Sluice, io_uring"
    case .epoll: "Sluice, epoll"
    case .ringSplice: "Sluice, `tune.splice ring`"
    case .haproxy: "HAProxy"
    case .haproxySplice: "HAProxy, `splice-auto`"
    case .haproxyExtra: "HAProxy, extra"
    case .nginx: "nginx stream"
    case .direct: "no proxy (the limit)"
    }
  }

  public var isSluice: Bool { self == .ring || self == .epoll || self == .ringSplice }

  public var isHAProxy: Bool {
    self == .haproxy || self == .haproxySplice || self == .haproxyExtra
  }

  /// Whether the workload says something about it.
  public func takesPart(in workload: Workload) -> Bool {
    // nginx has no stick tables, and without a proxy nobody is tracked.
    if workload.tracksClients == true { return isHAProxy || isSluice }
    return switch (workload.kind, workload.threads) {
    case (.placement, _), (_, .some): isHAProxy || self == .ring || self == .epoll
    default: true
    }
  }
}
