import Glibc

/// A directory that vanishes with the value.
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/sluice-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PeerFailure.call("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // A program that drops its privileges must still find what lies here.
    chmod(path, 0o755)
  }

  deinit {
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { _ = unlink("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
  }

  /// Writes a file into the directory.
  ///
  /// - Returns: its whole path.
  public func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = try checked("open", open(file, flags, 0o644))
    defer { _ = close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw PeerFailure.call("write")
    }
    return file
  }
}

/// The text of a file, or nil when it cannot be read.
///
/// - Parameter isEnough: looks at each piece as it is read and may end the reading.
public func contents(
  ofFile path: String, until isEnough: (String) -> Bool = { _ in false }
) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { _ = close(descriptor) }
  var bytes: [UInt8] = []
  while true {
    let piece = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    bytes += piece
    if piece.isEmpty || isEnough(String(decoding: piece, as: UTF8.self)) {
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
