/// Why a listening socket could not be opened, in HAProxy's words.
struct ListenerFailure: Error, Equatable {
  /// How bad it is.
  enum Gravity {
    /// Reported, and the listener works nevertheless.
    case warning
    /// Another process may still hold the address: worth another try.
    case retryable
    /// No try will help.
    case fatal
  }

  /// What was being done, as the alert begins.
  enum Phase: String {
    case binding = "Binding"
    case starting = "Starting"
  }

  var gravity: Gravity
  var phase: Phase = .binding
  /// What went wrong and for which address.
  var text: String
}
