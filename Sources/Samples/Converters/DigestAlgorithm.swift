/// The algorithms of `digest` and `hmac`. HAProxy takes every one that OpenSSL has; these are those
/// that are in use.
enum DigestAlgorithm: String, CaseIterable, Sendable {
  case md5, sha1, sha224, sha256, sha384, sha512

  /// Names that OpenSSL knows besides.
  static let others: Set = [
    "blake2b512", "blake2s256", "md4", "md5-sha1", "mdc2", "ripemd", "ripemd160", "rmd160",
    "sha3-224", "sha3-256", "sha3-384", "sha3-512", "sha512-224", "sha512-256", "shake128",
    "shake256", "sm3", "whirlpool",
  ]

  /// - Throws: what is wrong, in HAProxy's words.
  init(text: String) throws(SampleError) {
    let name = text.lowercased()
    guard let algorithm = DigestAlgorithm(rawValue: name) else {
      throw SampleError(
        DigestAlgorithm.others.contains(name)
          ? "algorithm '\(text)' is known but not supported by this version of Sluice"
          : "algorithm must be a valid OpenSSL message digest name.")
    }
    self = algorithm
  }

  func digest(_ message: [UInt8]) -> [UInt8] {
    switch self {
    case .md5: Digest.md5(message)
    case .sha1: Digest.sha1(message)
    case .sha224: SHA2.digest(message, bits: 224)
    case .sha256: SHA2.digest(message, bits: 256)
    case .sha384: SHA2.digest(message, bits: 384)
    case .sha512: SHA2.digest(message, bits: 512)
    }
  }

  /// How many bytes are digested together.
  private var blockBytes: Int { self == .sha384 || self == .sha512 ? 128 : 64 }

  /// A digest that only who has the key can make. RFC 2104
  func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > blockBytes ? digest(key) : key
    block += [UInt8](repeating: 0, count: blockBytes - block.count)
    return digest(block.map { $0 ^ 0x5c } + digest(block.map { $0 ^ 0x36 } + message))
  }
}
