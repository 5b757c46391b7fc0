import Basics

/// How a health check ended. HAProxy's management guide, `check_status`.
public enum CheckStatus: UInt8, CaseIterable, Sendable {
  case unknown
  case initializing
  case noChange
  case healthAnalyze
  case socketError
  case layer4Passed
  case layer4Timeout
  case layer4ConnectionProblem
  case layer6Passed
  case layer6Timeout
  case layer6InvalidResponse
  case layer7Timeout
  case layer7InvalidResponse
  case layer7Passed
  case layer7ConditionallyPassed
  case layer7WrongStatus
  case externalError
  case externalTimeout
  case externalPassed

  /// What a status means for the server.
  public enum Result: Sendable {
    /// Nothing is known yet.
    case unknown
    /// Nothing changes.
    case neutral
    case failed
    case passed
    /// Passed, but the server asks for no new sessions.
    case conditionallyPassed
  }

  /// What it means for the server.
  public var result: Result {
    switch self {
    case .unknown, .initializing: .unknown
    case .noChange: .neutral
    case .healthAnalyze, .socketError, .layer4Timeout, .layer4ConnectionProblem, .layer6Timeout,
      .layer6InvalidResponse, .layer7Timeout, .layer7InvalidResponse, .layer7WrongStatus,
      .externalError, .externalTimeout:
      .failed
    case .layer4Passed, .layer6Passed, .layer7Passed, .externalPassed: .passed
    case .layer7ConditionallyPassed: .conditionallyPassed
    }
  }

  /// The word of the `check_status` column.
  public var word: String {
    switch self {
    case .unknown: "UNK"
    case .initializing: "INI"
    case .noChange: "CHECKED"
    case .healthAnalyze: "HANA"
    case .socketError: "SOCKERR"
    case .layer4Passed: "L4OK"
    case .layer4Timeout: "L4TOUT"
    case .layer4ConnectionProblem: "L4CON"
    case .layer6Passed: "L6OK"
    case .layer6Timeout: "L6TOUT"
    case .layer6InvalidResponse: "L6RSP"
    case .layer7Timeout: "L7TOUT"
    case .layer7InvalidResponse: "L7RSP"
    case .layer7Passed: "L7OK"
    case .layer7ConditionallyPassed: "L7OKC"
    case .layer7WrongStatus: "L7STS"
    case .externalError: "PROCERR"
    case .externalTimeout: "PROCTOUT"
    case .externalPassed: "PROCOK"
    }
  }

  /// The sentence of the log lines.
  public var sentence: String {
    switch self {
    case .unknown: "Unknown"
    case .initializing: "Initializing"
    case .noChange: "No status change"
    case .healthAnalyze: "Health analyze"
    case .socketError: "Socket error"
    case .layer4Passed: "Layer4 check passed"
    case .layer4Timeout: "Layer4 timeout"
    case .layer4ConnectionProblem: "Layer4 connection problem"
    case .layer6Passed: "Layer6 check passed"
    case .layer6Timeout: "Layer6 timeout"
    case .layer6InvalidResponse: "Layer6 invalid response"
    case .layer7Timeout: "Layer7 timeout"
    case .layer7InvalidResponse: "Layer7 invalid response"
    case .layer7Passed: "Layer7 check passed"
    case .layer7ConditionallyPassed: "Layer7 check conditionally passed"
    case .layer7WrongStatus: "Layer7 wrong status"
    case .externalError: "External check error"
    case .externalTimeout: "External check timeout"
    case .externalPassed: "External check passed"
    }
  }

  /// Whether the status comes with a code of the protocol, which the log lines show.
  public var hasCode: Bool { rawValue >= CheckStatus.layer7Passed.rawValue }
}
