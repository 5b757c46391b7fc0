import KernelIO

/// The receive pool of a simulation: small, in real memory, and poisoned when a lease ends, so that
/// late readers find something else than what they look for.
///
/// Safe, because memory is shown of leased buffers only and lives as long as the pool.
@safe final class SimulatedPool {
  let bufferBytes: Int
  let buffersMax: Int
  private let memory: UnsafeMutablePointer<UInt8>
  private var free: [Int32]
  private var isLeased: [Bool]

  init(bufferBytes: Int, buffersMax: Int) {
    self.bufferBytes = bufferBytes
    self.buffersMax = buffersMax
    unsafe memory = .allocate(capacity: bufferBytes * buffersMax)
    unsafe memory.initialize(repeating: 0xdd, count: bufferBytes * buffersMax)
    free = (0..<Int32(buffersMax)).reversed()
    isLeased = Array(repeating: false, count: buffersMax)
  }

  deinit { unsafe memory.deallocate() }

  var freeCount: Int { free.count }

  func isLeased(_ buffer: BufferIndex) -> Bool {
    isLeased.indices.contains(Int(buffer.rawValue)) && isLeased[Int(buffer.rawValue)]
  }

  func lease(filledWith bytes: ArraySlice<UInt8>) -> BufferIndex {
    let index = free.removeLast()
    isLeased[Int(index)] = true
    let start = unsafe memory + Int(index) * bufferBytes
    for (offset, byte) in bytes.enumerated() { unsafe start[offset] = byte }
    return BufferIndex(rawValue: index)
  }

  func giveBack(_ buffer: BufferIndex) {
    isLeased[Int(buffer.rawValue)] = false
    let start = unsafe memory + Int(buffer.rawValue) * bufferBytes
    unsafe start.update(repeating: 0xdd, count: bufferBytes)
    free.append(buffer.rawValue)
  }

  @unsafe func start(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    unsafe memory + Int(buffer.rawValue) * bufferBytes
  }
}
