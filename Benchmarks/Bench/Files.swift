import Glibc

/// What errno says.
enum ErrorText {
  static var current: String { String(cString: strerror(errno)) }
}

/// Whole small files.
enum Files {
  /// The text of a file up to a size; nil when it cannot be read.
  static func read(_ path: String, bytesMax: Int = .max) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var text: [UInt8] = []
    while text.count < bytesMax {
      let piece = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
        count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
      }
      if piece.isEmpty { break }
      text += piece
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func write(_ path: String, _ text: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw BenchFailure.call("open \(path)") }
    defer { _ = close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw BenchFailure.call("write \(path)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes a directory and those above it.
  static func makeDirectory(_ path: String) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      _ = mkdir(made, 0o755)
    }
  }

  static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }
}

/// A directory that vanishes with the value.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/sluice-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw BenchFailure.call("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
}
