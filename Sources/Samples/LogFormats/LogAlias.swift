/// A `%name` of a log format. HAProxy manual, section 8.2.6; the raw value is the name.
public enum LogAlias: String, CaseIterable, Sendable {
  /// Where in a session's life the line was made
  case origin = "OG"
  case bytesToClient = "B"
  case requestCookie = "CC"
  case responseCookie = "CS"
  case hostname = "H"
  case uniqueID = "ID"
  case status = "ST"
  /// The accept date in UTC
  case dateUTC = "T"
  case activeTime = "Ta"
  case connectTime = "Tc"
  case handshakeTime = "Th"
  case idleTime = "Ti"
  /// The accept date in local time, with the zone's offset
  case dateLocal = "Tl"
  case queryTime = "Tq"
  case responseTime = "Tr"
  case requestTime = "TR"
  case dataTime = "Td"
  /// The accept date in seconds since 1970
  case timestamp = "Ts"
  case totalTime = "Tt"
  case userTime = "Tu"
  case waitTime = "Tw"
  case bytesToServer = "U"
  case processConnections = "ac"
  case backend = "b"
  case backendConnections = "bc"
  case backendSourceAddress = "bi"
  case backendSourcePort = "bp"
  case backendQueue = "bq"
  case clientAddress = "ci"
  case clientPort = "cp"
  case frontend = "f"
  case frontendConnections = "fc"
  case frontendAddress = "fi"
  case frontendPort = "fp"
  /// The frontend's name, with `~` behind it when the client speaks TLS
  case frontendTransport = "ft"
  case requestHeaders = "hr"
  case requestHeaderList = "hrl"
  case responseHeaders = "hs"
  case responseHeaderList = "hsl"
  case method = "HM"
  case path = "HP"
  case pathOnly = "HPO"
  case query = "HQ"
  case uri = "HU"
  case version = "HV"
  /// How many lines the frontend has logged so far
  case logCount = "lc"
  /// The milliseconds of the accept date, three digits
  case milliseconds = "ms"
  case processID = "pid"
  case request = "r"
  case retries = "rc"
  /// How many sessions the process has seen before this one
  case sessionNumber = "rt"
  case server = "s"
  case serverConnections = "sc"
  case serverAddress = "si"
  case serverPort = "sp"
  case serverQueue = "sq"
  case cipher = "sslc"
  case protocolVersion = "sslv"
  /// The accept date in local time, with milliseconds
  case date = "t"
  case requestDate = "tr"
  case requestDateUTC = "trg"
  case requestDateLocal = "trl"
  case termination = "ts"
  case terminationWithCookies = "tsc"

  /// Whether HAProxy warns, with diagnostics on, that a tcp proxy cannot fill the alias well.
  public var needsHTTP: Bool {
    // Two lists out of sixty names: a `default` reads better than the other forty.
    switch self {
    case .requestCookie, .responseCookie, .status, .activeTime, .idleTime, .queryTime,
      .responseTime, .requestTime, .method, .path, .pathOnly, .query, .uri, .version, .request,
      .requestDate, .requestDateUTC, .requestDateLocal, .terminationWithCookies, .sessionNumber:
      true
    default: false
    }
  }

  /// Whether the value is known only when the session ends.
  ///
  /// HAProxy counts every timer and counter among these, those of connecting too: a format with
  /// `%Tc` is logged at the end unless `option logasap` says otherwise.
  public var isKnownAtClose: Bool {
    switch self {
    case .bytesToClient, .uniqueID, .activeTime, .connectTime, .handshakeTime, .idleTime,
      .queryTime, .responseTime, .requestTime, .dataTime, .totalTime, .userTime, .waitTime,
      .bytesToServer, .processConnections, .backendConnections, .backendQueue,
      .frontendConnections, .retries, .serverConnections, .serverQueue, .termination:
      true
    default: false
    }
  }
}
