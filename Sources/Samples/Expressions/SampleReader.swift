public import Basics

/// Reads expressions, patterns and conditions of one proxy, and collects what can be settled only
/// when everything has been read.
///
/// Used by one thread, while a configuration is read.
public final class SampleReader {
  /// Reads a file of patterns; nil when it cannot be opened.
  public typealias Loader = (_ name: String) -> [UInt8]?
  /// Finds the address of a host name that stands among patterns.
  public typealias Resolver = (_ name: String) -> IPAddress?

  let load: Loader
  let resolve: Resolver
  /// `file` and `line` of the words that are read next.
  public var file = ""
  public var line = 0
  /// What kind of rule the words belong to, for messages: `in tracking rule `; empty for most.
  public var rule = ""
  /// Names to be found when everything has been read.
  public private(set) var references: [NameReference] = []
  /// Warnings about what was read, in HAProxy's words; whoever reads takes them away.
  public var warnings: [String] = []
  /// The ACLs of the proxy by name.
  public private(set) var lists: [String: AccessControlList] = [:]
  /// The largest buffer a condition can look at: `tune.bufsize`.
  public var bufferBytes = 16384
  var isInAccessList = false
  /// What the expressions read so far look at.
  public internal(set) var needs: SampleNeeds = []

  /// - Parameters:
  ///   - load: reads a file of patterns.
  ///   - resolve: finds the address of a host name.
  public init(load: @escaping Loader = { _ in nil }, resolve: @escaping Resolver = { _ in nil }) {
    self.load = load
    self.resolve = resolve
  }

  /// `file:line`
  var location: String { "\(file):\(line)" }

  func refer(
    to name: String, _ kind: NameReference.Kind, keyword: String, converter: String?, position: Int
  ) -> NameReference {
    let reference = NameReference(
      kind, name, keyword: keyword, converter: converter, rule: isInAccessList ? "" : rule,
      isInAccessList: isInAccessList, position: position, location: location)
    references.append(reference)
    return reference
  }

  /// A stick table that a rule names. Whoever reads the rule has to find it.
  ///
  /// - Parameter name: empty for the section's own.
  public func table(named name: String) -> NameReference {
    NameReference(.table, name, keyword: "", location: location)
  }

  /// Adds an expression to an ACL, which is made when it is the first one.
  func add(_ expression: AccessControlExpression, to name: String) -> AccessControlList {
    let list = lists[name] ?? AccessControlList(name: name)
    lists[name] = list
    list.expressions.append(expression)
    return list
  }

  /// The ACL of a name: of the proxy, or predefined. HAProxy manual, section 7.4.
  ///
  /// - Throws: what is wrong, in HAProxy's words.
  public func list(named name: String) throws(SampleError) -> AccessControlList {
    if let list = lists[name] { return list }
    guard let words = AccessControlList.predefined[name] else {
      if name == "HTTP_CONTENT" {
        throw SampleError("ACL '\(name)' is known but not supported by this version of Sluice")
      }
      throw SampleError("no such ACL : '\(name)'")
    }
    return add(try accessControlExpression(words), to: name)
  }
}
