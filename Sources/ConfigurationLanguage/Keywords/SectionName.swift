/// The names that begin a section.
enum SectionName: String, CaseIterable, Sendable {
  case backend, defaults, frontend, global, listen

  /// Sections that HAProxy 3.4 knows and that this version does not support.
  static let notSupported: Set = [
    "acme", "cache", "crt-store", "fcgi-app", "healthcheck", "http-errors", "log-forward",
    "log-profile", "mailers", "namespace_list", "peers", "program", "resolvers", "ring",
    "traces", "userlist",
  ]

  /// The words inside sections that are not supported; they are skipped with their section.
  static let skippedWords: [String: Set<String>] = [
    "crt-store": ["crt-base", "key-base", "load"],
    "log-forward": [
      "backlog", "bind", "dgram-bind", "log", "maxconn", "option assume-rfc6587-ntf",
      "option dont-parse-log", "option host", "timeout client",
    ],
    "log-profile": ["log-tag", "on"],
    "mailers": ["mailer", "timeout mail"],
    "peers": [
      "bind", "default-bind", "default-server", "disabled", "enabled", "log", "peer", "server",
      "shards", "table",
    ],
    "resolvers": [
      "accepted_payload_size", "hold", "nameserver", "parse-resolv-conf", "resolve_retries",
      "timeout resolve", "timeout retry",
    ],
    "ring": [
      "backing-file", "description", "format", "maxlen", "server", "size", "timeout connect",
      "timeout server",
    ],
    "traces": ["trace"],
    "userlist": ["group", "user"],
  ]
}
