/// One configuration file as the process has read it.
public struct ConfigurationFile: Hashable, Sendable {
  /// The name as it was given on the command line; every diagnostic repeats it.
  public var name: String
  /// The whole content, any bytes.
  public var bytes: [UInt8]

  /// - Parameters:
  ///   - name: the name as it was given on the command line.
  ///   - bytes: the whole content.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// A file whose content is given as text: for tests and built-in configurations.
  public init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}
