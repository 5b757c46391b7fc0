import Basics

/// A server or a `default-server` while its lines are being read.
struct ServerDraft {
  /// Everything that ends up in the configuration, except `check`.
  var settings: ServerConfiguration
  /// `check`
  var isChecked = false
  /// `inter` and so on, whether checked or not.
  var check = CheckConfiguration()
  /// `check-send-proxy`
  var checkSendsProxy = false
  /// `agent-check`
  var isAgentChecked = false
  /// `agent-inter`
  var agentInter: Duration?
  /// `agent-port`; 0 when it was not given
  var agentPort: UInt16 = 0
  /// `agent-addr`
  var agentAddress: IPAddress?
  /// `agent-send`
  var agentSend: [UInt8] = []
  /// `send-proxy` and `send-proxy-v2`, which can both be set; version 2 wins.
  var sendsProxyV1 = false
  var sendsProxyV2 = false
  var hasForcedID = false
  /// `init-addr`, when given
  var initAddress: InitAddress?
  /// `track`, still to be resolved.
  var track: String?
  var hasCookie = false
  var hasRedirection = false

  /// A server with built-in values.
  static let plain = ServerDraft(
    settings: ServerConfiguration(
      name: "", id: 0, host: .ofClient, port: .ofClient,
      location: SourceLocation(file: "", line: 0)))

  init(settings: ServerConfiguration) { self.settings = settings }

  /// The server of the configuration: the parts that depend on each other are put together.
  func finished(proxySource: SourceConfiguration?) -> ServerConfiguration {
    var server = settings
    server.sendProxy = sendsProxyV2 ? .v2 : sendsProxyV1 ? .v1 : nil
    if server.source == nil { server.source = proxySource }
    if isAgentChecked {
      server.agent = AgentConfiguration(
        inter: agentInter ?? check.inter, port: agentPort, address: agentAddress ?? check.address,
        send: agentSend)
    }
    server.check = isChecked ? finishedCheck(server.sendProxy) : nil
    // A lower bound above the upper one, or without one, is the limit itself.
    server.maxconn = max(server.maxconn, server.minconn)
    return server
  }

  /// A check that goes where the traffic goes begins like the traffic.
  private func finishedCheck(_ sendProxy: ProxyProtocolVersion?) -> CheckConfiguration {
    var check = check
    let isElsewhere = check.port != nil || check.address != nil
    if checkSendsProxy {
      check.sendProxy = sendProxy ?? .v1
    } else {
      check.sendProxy = isElsewhere ? nil : sendProxy
    }
    return check
  }
}
