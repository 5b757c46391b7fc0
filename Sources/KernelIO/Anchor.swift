import Synchronization

/// Keeps a value that contains it where it is.
///
/// The compiler may load a value into registers or onto the stack and does so, for all of it, at many
/// a borrow: a kernel and the worker around it would be copied for each message. What contains an
/// atomic is only ever passed on by its address.
struct Anchor: ~Copyable, Sendable {
  private let atomic = Atomic<UInt8>(0)
}
