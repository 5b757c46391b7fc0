import Basics

/// `hash-type`, `hash-balance-factor` and `hash-preserve-affinity`. HAProxy manual, section 4.2.
extension ConfigurationDraft {
  mutating func readHashType(_ statement: Statement) {
    warnUnless(.backend, statement.location, "hash-type")
    var type = HashType()
    switch statement[1] {
    case "consistent": type.method = .consistent
    case "map-based": type.method = .mapBased
    case "avalanche":
      diagnostics.alert(
        at: statement.location,
        "experimental feature 'hash-type avalanche' is not supported anymore, please use "
          + "'hash-type map-based sdbm avalanche' instead.")
      return
    default:
      diagnostics.alert(
        at: statement.location, "'hash-type' only supports 'consistent' and 'map-based'.")
      return
    }
    switch statement[2] {
    case "":
      // With a function given, `consistent` no longer includes the avalanche.
      type.isAvalanche = type.method == .consistent
      proxy.settings.hashType = type
      return
    case "none": type.function = nil
    default:
      guard let function = HashFunction(rawValue: statement[2]) else {
        diagnostics.alert(
          at: statement.location,
          "'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.")
        return
      }
      type.function = function
    }
    switch statement[3] {
    case "": break
    case "avalanche": type.isAvalanche = true
    default:
      diagnostics.alert(
        at: statement.location,
        "'hash-type' only supports 'avalanche' as a modifier for hash functions.")
      return
    }
    proxy.settings.hashType = type
  }

  mutating func readHashBalanceFactor(_ statement: Statement) {
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location, "'hash-balance-factor' expects an integer argument.")
      return
    }
    // HAProxy keeps it as an int.
    let factor = Int(Int32(truncatingIfNeeded: IntegerText.leading(statement[1])))
    guard factor == 0 || factor > 100 else {
      diagnostics.alert(
        at: statement.location, "'hash-balance-factor' must be 0 or greater than 100.")
      return
    }
    proxy.settings.hashBalanceFactor = factor
  }

  mutating func readHashPreserveAffinity(_ statement: Statement) {
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "'hash-preserve-affinity' needs a keyword to specify when to preserve hash affinity")
      return
    }
    guard proxy.has(.backend) else {
      diagnostics.alert(
        at: statement.location,
        "'hash-preserve-affinity' only available in backend or listen section")
      return
    }
    guard let affinity = HashAffinity(rawValue: statement[1]) else {
      diagnostics.alert(
        at: statement.location,
        "'hash-preserve-affinity': unknown keyword '\(statement[1])'")
      return
    }
    proxy.settings.hashAffinity = affinity
  }
}
