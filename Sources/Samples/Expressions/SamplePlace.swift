/// Where in a session's life a sample can be fetched, and where rules are evaluated: HAProxy's check
/// points. HAProxy manual, section 7.3.
public struct SamplePlaces: OptionSet, Hashable, Sendable {
  /// One bit a place
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `tcp-request connection`
  public static let connection = SamplePlaces(rawValue: 1 << 0)
  /// `tcp-request session`
  public static let session = SamplePlaces(rawValue: 1 << 1)
  /// `tcp-request content` of a frontend
  public static let frontendRequest = SamplePlaces(rawValue: 1 << 2)
  /// `use_backend`
  public static let switching = SamplePlaces(rawValue: 1 << 3)
  /// `tcp-request content` of a backend
  public static let backendRequest = SamplePlaces(rawValue: 1 << 4)
  /// `use-server`, `balance`, `stick match`
  public static let server = SamplePlaces(rawValue: 1 << 5)
  /// `source` of a server
  public static let serverConnection = SamplePlaces(rawValue: 1 << 6)
  /// `tcp-response content`
  public static let backendResponse = SamplePlaces(rawValue: 1 << 7)
  /// `stick store-response`
  public static let store = SamplePlaces(rawValue: 1 << 8)
  /// `tcp-response content` of a `listen` section
  public static let frontendResponse = SamplePlaces(rawValue: 1 << 9)
  /// Logs
  public static let log = SamplePlaces(rawValue: 1 << 10)
  /// Health checks
  public static let check = SamplePlaces(rawValue: 1 << 11)
  /// While the configuration is read
  public static let configuration = SamplePlaces(rawValue: 1 << 12)

  static let stream: SamplePlaces = [
    .frontendRequest, .switching, .backendRequest, .server, .serverConnection, .backendResponse,
    .store, .frontendResponse, .log,
  ]
  static let response: SamplePlaces = [.backendResponse, .store, .frontendResponse]

  /// What HAProxy calls the first of the places.
  public var name: String {
    let names: [(SamplePlaces, String)] = [
      (.connection, "frontend tcp-request connection rule"),
      (.session, "frontend tcp-request session rule"),
      (.frontendRequest, "frontend tcp-request content rule"),
      (.switching, "frontend use-backend rule"),
      (.backendRequest, "backend tcp-request content rule"),
      (.server, "backend use-server, balance or stick-match rule"),
      (.serverConnection, "backend server source selection"),
      (.backendResponse, "backend tcp-response content rule"),
      (.store, "backend stick-store rule"),
      (.frontendResponse, "frontend tcp-response content rule"), (.log, "logs"),
      (.check, "backend tcp-check rule"), (.configuration, "configuration parser"),
    ]
    return names.first { contains($0.0) }?.1
      ?? "unknown sample check place, please report this bug"
  }
}

/// What a fetch looks at; decides where it can be used.
public enum SampleOrigin: UInt8, Sendable, Comparable {
  case constant, internalState, frontend, clientAddress, clientConnection, requestBuffer, backend
  case server, serverAddress, responseBuffer, requestStatistics, responseStatistics
  case sessionStatistics, httpRequest, serverConnection

  public static func < (left: SampleOrigin, right: SampleOrigin) -> Bool {
    left.rawValue < right.rawValue
  }

  /// What HAProxy calls it.
  public var name: String {
    switch self {
    case .constant: ""
    case .internalState: "internal state"
    case .frontend: "frontend"
    case .clientAddress: "client address"
    case .clientConnection: "client-side connection"
    case .requestBuffer: "request buffer"
    case .backend: "backend"
    case .server: "server"
    case .serverAddress: "server address"
    case .responseBuffer: "response buffer"
    case .requestStatistics: "request buffer statistics"
    case .responseStatistics: "response buffer statistics"
    case .sessionStatistics: "session statistics"
    case .httpRequest: "HTTP request headers"
    case .serverConnection: "server-side connection"
    }
  }

  /// Where it can be looked at.
  public var places: SamplePlaces {
    switch self {
    case .constant:
      SamplePlaces.stream.union([.connection, .session, .check, .configuration])
    case .internalState, .clientAddress: SamplePlaces.stream.union([.connection, .session, .check])
    case .frontend, .sessionStatistics: SamplePlaces.stream.union([.connection, .session])
    case .clientConnection: SamplePlaces.stream.union(.session)
    case .requestBuffer:
      [.frontendRequest, .switching, .backendRequest, .server, .serverConnection]
    case .backend:
      SamplePlaces.response.union([.backendRequest, .server, .serverConnection, .log, .check])
    case .server: SamplePlaces.response.union([.serverConnection, .log, .check])
    case .serverAddress, .serverConnection: SamplePlaces.response.union([.log, .check])
    case .responseBuffer: SamplePlaces.response.union(.check)
    case .requestStatistics, .httpRequest: .stream
    case .responseStatistics:
      SamplePlaces.response.union([.server, .serverConnection, .log])
    }
  }
}
