import Samples

extension LogFormat {
  /// Whether a line names an address that is known only by asking the kernel for it.
  var needsAddresses: Bool {
    pieces.contains { piece in
      switch piece.content {
      case .separator, .literal: false
      case .alias(let alias):
        switch alias {
        case .frontendAddress, .frontendPort, .backendSourceAddress, .backendSourcePort,
          .uniqueID:
          true
        default: false
        }
      // Expressions are given their addresses when they are evaluated.
      case .sample: false
      }
    }
  }
}
