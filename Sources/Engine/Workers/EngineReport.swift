import Basics
import ConfigurationLanguage
import KernelIO

/// Which kernel interface the workers use, and why.
struct EngineReport: Sendable {
  /// Whether it is io_uring; epoll otherwise.
  let usesRing: Bool
  /// `io_uring` or `epoll`, and why.
  let sentence: String
  /// Whether epoll is used although the configuration insists on io_uring.
  let isRefused: Bool

  /// Decides, and asks the kernel if need be. Call it with the credentials the workers will have.
  ///
  /// - Parameter choice: `tune.engine` of the configuration.
  init(_ choice: EngineChoice) {
    if choice == .epoll {
      usesRing = false
      isRefused = false
      sentence = "epoll, as configured"
      return
    }
    switch RingProbe.check() {
    case .success(let features):
      usesRing = true
      isRefused = false
      sentence = "io_uring (\(features.description))"
    case .failure(let error):
      usesRing = false
      isRefused = choice == .ioURing
      sentence = "epoll, since \(error.description)"
    }
  }
}
