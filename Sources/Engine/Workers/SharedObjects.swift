import Basics

/// A list of objects that all workers use, each of which lives as long as the list.
///
/// A reference taken out of an array is counted around its use, by every worker in one place of memory.
/// `with` counts nothing: it is for what runs for each connection.
@safe struct SharedObjects<Object: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
  /// The same objects, for uses that are counted.
  let all: [Object]
  private let count: Int
  /// Never written after the beginning.
  private let references: UnsafeMutablePointer<Unmanaged<Object>>

  /// - Parameter objects: the elements, kept from now on.
  init(_ objects: [Object]) {
    all = objects
    count = objects.count
    unsafe references = .allocate(capacity: max(1, objects.count))
    for (index, object) in objects.enumerated() {
      unsafe (references + index).initialize(to: .passUnretained(object))
    }
  }

  deinit { unsafe references.deallocate() }

  /// An element, as a reference that is counted.
  subscript(index: Int) -> Object { all[index] }

  /// Does something with an element.
  ///
  /// - Parameters:
  ///   - index: the element's place, from 0; one behind the end stops the program.
  ///   - body: what to do; it must not keep the reference.
  /// - Returns: what `body` returns.
  @inline(__always)
  func with<Result>(_ index: Int, _ body: (Object) -> Result) -> Result {
    invariant(index >= 0 && index < count, "objects are asked for by their places in the list")
    return unsafe references[index]._withUnsafeGuaranteedRef(body)
  }
}
