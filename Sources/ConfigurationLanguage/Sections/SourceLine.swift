import Basics

/// `source` of proxies and servers. HAProxy manual, sections 4.2 and 5.2.
extension ConfigurationDraft {
  /// What is wrong with the words of a `source`.
  private struct Problem: Error {
    let text: String
    /// Whether the text says where, too.
    var isWhole = false
  }

  mutating func readProxySource(_ statement: Statement) {
    let location = statement.location
    warnUnless(.backend, location, "source")
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: location,
        "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.")
      return
    }
    do {
      var source = try sourceAddress(statement[1], .proxySource)
      var index = 2
      while !statement[index].isEmpty {
        guard try readOption(statement, &index, into: &source, isOfServer: false) else {
          diagnostics.alert(
            at: location, "'source' only supports optional keywords 'interface' and 'usesrc'.")
          return
        }
      }
      proxy.source = source
    } catch {
      diagnostics.alert(at: location, error.text)
    }
  }

  /// Reads `source` of a server and the options behind it.
  ///
  /// - Returns: whether reading goes on.
  mutating func readServerSource(
    _ line: inout ServerLine, _ context: inout ServerContext
  ) -> Bool {
    let text = line.argument
    guard !text.isEmpty else {
      report(
        .alert,
        "'source' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and "
          + "'interface' <name> as argument..", &context)
      return false
    }
    do {
      var source = try sourceAddress(text, .serverSource)
      line.index += 2
      while try readOption(line.statement, &line.index, into: &source, isOfServer: true) {}
      line.server.settings.source = source
      return true
    } catch {
      report(.alert, error.isWhole ? error.text : error.text + ".", &context)
      return false
    }
  }

  /// Reads `usesrc <address>` or `interface <name>`.
  ///
  /// - Returns: false for another word.
  private func readOption(
    _ statement: Statement, _ index: inout Int, into source: inout SourceConfiguration,
    isOfServer: Bool
  ) throws(Problem) -> Bool {
    let argument = statement[index + 1]
    switch statement[index] {
    case "usesrc":
      guard !argument.isEmpty else {
        throw Problem(
          text: isOfServer
            ? "'usesrc' expects <addr>[:<port>], 'client', 'clientip', or 'hdr_ip(name,#)' as "
              + "argument"
            : "'usesrc' expects <addr>[:<port>], 'client', or 'clientip' as argument.")
      }
      source.foreign = try foreignAddress(argument)
    case "interface":
      guard !argument.isEmpty else {
        throw Problem(text: "'\(statement[0])' : missing interface name.", isWhole: true)
      }
      guard let interface = InterfaceName(statement.bytes(index + 1)) else {
        throw Problem(
          text: "'interface' : '\(argument)' is longer than any name of an interface "
            + "(\(InterfaceName.bytesMax) bytes).", isWhole: true)
      }
      source.interface = interface
    default: return false
    }
    index += 2
    return true
  }

  private func foreignAddress(_ text: String) throws(Problem) -> SourceConfiguration.Foreign {
    switch text {
    case "client": return .client
    case "clientip": return .clientAddress
    case _ where text.hasPrefix("hdr_ip("):
      // There are no headers in `mode tcp`.
      throw Problem(text: notSupported("source ... usesrc hdr_ip"), isWhole: true)
    default: return .fixed(try sourceAddress(text, .proxySource, keyword: "usesrc").address)
    }
  }

  /// Reads the address that connections to servers come from.
  private func sourceAddress(
    _ text: String, _ options: AddressText.Options, keyword: String = "source"
  ) throws(Problem) -> SourceConfiguration {
    do throws(AddressError) {
      let address = try AddressText.parse(text, environment: environment, options: options)
      let place = try resolved(address, text: text)
      guard case .address(let ip) = place else {
        throw .invalidAddress(host: text, text: text)
      }
      if case .range(let range) = address.port, range.count > 1 {
        return SourceConfiguration(address: SocketAddress(ip: ip, port: 0), ports: range)
      }
      return SourceConfiguration(
        address: SocketAddress(ip: ip, port: address.port.single ?? 0))
    } catch {
      throw Problem(text: "'\(keyword) \(text)' : \(error)")
    }
  }

  /// Replaces a host name by its address.
  func resolved(
    _ address: AddressText, text: String
  ) throws(AddressError) -> AddressText.Place {
    guard case .host(let name, let family) = address.place else { return address.place }
    guard let ip = resolve(name, family) else { throw .invalidAddress(host: name, text: text) }
    return .address(ip)
  }
}
