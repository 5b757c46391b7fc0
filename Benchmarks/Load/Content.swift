import Glibc

/// What every stream carries: the byte at an offset follows from the offset alone.
///
/// The period is a prime, so that no buffer size of a proxy divides it: a piece that was lost,
/// repeated or moved does not look right. Any piece up to `pieceBytesMax` lies in one run of memory.
struct Content: ~Copyable {
  static let period = 65_521
  static let pieceBytesMax = 256 << 10

  let bytes: UnsafeMutablePointer<UInt8>
  /// Where received bytes are put when they are compared.
  let scratch: UnsafeMutablePointer<UInt8>

  init() {
    let count = Content.period + Content.pieceBytesMax
    bytes = .allocate(capacity: count)
    scratch = .allocate(capacity: Content.pieceBytesMax)
    var state: UInt32 = 2_463_534_242
    for offset in 0..<Content.period {
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      bytes[offset] = UInt8(truncatingIfNeeded: state)
    }
    for offset in Content.period..<count { bytes[offset] = bytes[offset - Content.period] }
  }

  deinit {
    bytes.deallocate()
    scratch.deallocate()
  }

  /// True when what lies in `scratch` is the content from the offset on.
  func scratchMatches(_ count: Int, at offset: Int) -> Bool {
    memcmp(scratch, bytes + offset, count) == 0
  }

  static func advance(_ offset: inout Int, _ count: Int) {
    offset = (offset &+ count) % period
  }
}
