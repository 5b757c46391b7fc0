import Basics
import KernelIO

extension ConnectionError {
  /// What HAProxy calls an error of a connection that was there, or that could not be had.
  init(_ error: Errno) {
    self =
      switch error {
      case .connectionRefused: .refused
      case .connectionReset: .reset
      case .hostUnreachable, .networkUnreachable: .unreachable
      case .outOfMemory: .outOfMemory
      case .invalidArgument: .invalidArgument
      case .notConnected: .notConnected
      case .noBufferSpace: .noBufferSpace
      case .brokenPipe: .brokenPipe
      case .addressNotAvailable, .wouldBlock: .noFreePorts
      case .addressInUse: .addressInUse
      default: .socket
      }
  }

  /// What HAProxy calls it that there is no socket for a connection to a server.
  init(ofMissingSocket error: Errno) {
    self =
      switch error {
      case .processDescriptorLimit: .processLimit
      case .systemDescriptorLimit: .systemLimit
      case .outOfMemory, .noBufferSpace: .systemMemory
      default: .noProtocol
      }
  }
}
