import Glibc

enum Environment {
  /// Whether the long variants run.
  static var isLong: Bool { getenv("SLUICE_LONG") != nil }
}
