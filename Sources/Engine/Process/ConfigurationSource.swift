internal import Glibc
internal import KernelIO

/// A configuration file as it was found on disk.
public struct ConfigurationSource: Hashable, Sendable {
  /// The name as given on the command line, or `folder/name` for a file of a folder.
  public var name: String
  /// The whole content.
  public var bytes: [UInt8]

  /// - Parameters:
  ///   - name: what diagnostics call the file.
  ///   - bytes: the whole content.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Why the files cannot be read, as HAProxy says it.
  public struct Failure: Error, Equatable {
    /// The alert.
    public var text: String
  }

  /// Reads files and, of folders, the regular files whose names end in `.cfg` and do not begin with
  /// a dot, in the order of the C locale.
  ///
  /// - Parameter paths: what `-f` and `--` named.
  /// - Throws: the first path that cannot be read.
  public static func load(_ paths: [String]) throws(Failure) -> [ConfigurationSource] {
    var names: [String] = []
    for path in paths {
      guard let isFolder = isFolder(path) else {
        throw Failure(
          text: "config : Cannot open configuration file/directory \(path) : "
            + Errno.current.sentence)
      }
      names += isFolder ? try files(of: path) : [path]
    }
    var sources: [ConfigurationSource] = []
    for name in names { sources.append(ConfigurationSource(name: name, bytes: try read(name))) }
    return sources
  }

  /// nil, and `errno`, when there is no such thing.
  private static func isFolder(_ path: String) -> Bool? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  private static func files(of folder: String) throws(Failure) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw Failure(
        text: "config : Cannot open configuration directory \(folder) : "
          + Errno.current.sentence)
    }
    defer { unsafe closedir(stream) }
    var entries: [[UInt8]] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      guard name.first != UInt8(ascii: "."), name.count > 4,
        name.suffix(4) == Array(".cfg".utf8)[...]
      else { continue }
      entries.append(name)
    }
    entries.sort { $0.lexicographicallyPrecedes($1) }
    return entries.map { folder + "/" + String(decoding: $0, as: UTF8.self) }
      .filter { isFolder($0) == false && isRegular($0) }
  }

  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The content of a file that the configuration names; nil when it cannot be read.
  static func content(of name: String) -> [UInt8]? {
    do throws(Failure) {
      return try read(name)
    } catch {
      return nil
    }
  }

  private static func read(_ name: String) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        text: "config : Could not open configuration file \(name) : \(Errno.current.sentence)")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { room in
        unsafe Glibc.read(descriptor, room.baseAddress, room.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(
          text: "config : Could not open configuration file \(name) : \(Errno.current.sentence)")
      }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
    }
  }
}
