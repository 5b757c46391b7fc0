import Basics
import Samples
import Testing

@testable import ConfigurationLanguage

/// What lines become, once every default is applied and every name resolved.
@Suite struct ConfigurationModelTests {
  static let timeouts = "timeout connect 5s\n timeout client 6s\n timeout server 7s\n"

  /// Reads a configuration that must have nothing wrong with it.
  private func proxies(
    _ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) -> [ProxyConfiguration] {
    let outcome = read("defaults\n " + ConfigurationModelTests.timeouts + text + "\n")
    #expect(outcome.diagnostics.entries == [], sourceLocation: sourceLocation)
    return outcome.configuration.proxies
  }

  private func endpoint(_ ip: String, _ port: UInt16) throws -> ListenerConfiguration.Address {
    .endpoint(Endpoint(SocketAddress(ip: try #require(IPAddress(ip)), port: port)))
  }

  @Test func bindTakesListsAndRangesApart() throws {
    let proxy = try #require(
      proxies("listen a\n bind 127.0.0.1:80-82,:::90,/run/x,abns@y,fd@7 name n maxconn 5").first)
    var expected = try [80, 81, 82].map { try endpoint("127.0.0.1", $0) }
    expected.append(try endpoint("::", 90))
    expected.append(.endpoint(try #require(Endpoint(.unix, name: Array("/run/x".utf8)))))
    expected.append(.endpoint(try #require(Endpoint(.abstract, name: Array("y".utf8)))))
    expected.append(.inherited(7))
    #expect(proxy.listeners.map(\.address) == expected)
    #expect(proxy.listeners.map(\.id) == [1, 2, 3, 4, 5, 6, 7])
    #expect(proxy.listeners.allSatisfy { $0.name == "n" && $0.maxconn == 5 })
  }

  @Test func bindWordsReachTheListener() throws {
    let line =
      "bind :80 accept-proxy backlog 9 id 4 interface eth0 transparent tfo defer-accept mss -40 "
      + "v4v6 v6only mode 660 user u gid 5"
    let proxy = try #require(proxies("listen a\n \(line)\n bind :81\n bind :82").first)
    let listener = proxy.listeners[0]
    #expect(listener.isAcceptProxy && listener.isTransparent && listener.isFastOpen)
    #expect(listener.isDeferAccept && listener.isV4V6 && listener.isV6Only)
    #expect(listener.backlog == 9)
    #expect(listener.interface == "eth0")
    #expect(listener.maximumSegment == -40)
    #expect(listener.permissions.mode == 0o660)
    #expect(listener.permissions.user == "u")
    #expect(listener.permissions.gid == 5)
    #expect(proxy.listeners.map(\.id) == [4, 5, 6])
  }

  @Test func serverWordsReachTheServer() throws {
    let line =
      "server s localhost:81 weight 5 backup disabled maxconn 10 minconn 2 maxqueue 3 "
      + "send-proxy send-proxy-v2 slowstart 1500ms on-marked-down shutdown-sessions "
      + "on-marked-up shutdown-backup-sessions observe layer4 on-error mark-down error-limit 4 "
      + "check inter 1s fastinter 200ms downinter 3s rise 4 fall 5 port 99 addr 127.0.0.2 "
      + "check-send-proxy source 127.0.0.3:7 init-addr last,none id 9"
    let proxy = try #require(proxies("listen a\n bind :80\n \(line)").first)
    let server = proxy.servers[0]
    var methods = InitAddress()
    methods.methods = [.last, .none]
    #expect(server.host == .name("localhost", methods))
    #expect(server.port == .fixed(81))
    #expect(server.id == 9)
    #expect(server.weight == 5)
    #expect(server.isBackup && server.isDisabled && server.observesLayer4)
    #expect(server.shutsDownSessionsWhenDown && server.shutsDownBackupSessionsWhenUp)
    #expect([server.maxconn, server.minconn, server.maxqueue, server.errorLimit] == [10, 2, 3, 4])
    #expect(server.sendProxy == .v2)
    #expect(server.slowstart == .seconds(2))
    #expect(server.onError == .markDown)
    var check = CheckConfiguration()
    check.inter = .seconds(1)
    check.fastinter = .milliseconds(200)
    check.downinter = .seconds(3)
    check.rise = 4
    check.fall = 5
    check.port = 99
    check.address = IPAddress("127.0.0.2")
    check.sendProxy = .v2
    #expect(server.check == check)
    let source = SocketAddress(ip: try #require(IPAddress("127.0.0.3")), port: 7)
    #expect(server.source == SourceConfiguration(address: source))
  }

  @Test(
    arguments: [
      ("127.0.0.1", .ofClient), ("127.0.0.1:", .ofClient), ("127.0.0.1:80", .fixed(80)),
      ("127.0.0.1:+5", .relative(5)), ("127.0.0.1:-5", .relative(-5)),
    ] as [(String, ServerConfiguration.Port)])
  func serverPorts(text: String, port: ServerConfiguration.Port) throws {
    let proxy = try #require(proxies("listen a\n bind :80\n server s \(text)").first)
    #expect(proxy.servers[0].port == port)
  }

  @Test(arguments: ["*:80", "0.0.0.0:80", ":::80"]) func anyAddressIsTheClients(text: String) throws
  {
    let proxy = try #require(proxies("listen a\n bind :80\n server s \(text)").first)
    #expect(proxy.servers[0].host == .ofClient)
  }

  @Test func wrongLimitsAreNoLimits() throws {
    let proxy = try #require(
      proxies("listen a\n bind :80\n maxconn x\n server s 127.0.0.1:81 maxconn x").first)
    #expect(proxy.maxconn == 0)
    #expect(proxy.servers[0].maxconn == 0)
  }

  @Test func defaultServerAppliesToLaterLinesAndIsTakenBackByWords() {
    let found = proxies(
      """
       default-server check inter 3s weight 7 backup send-proxy
      listen a
       bind :80
       server s1 127.0.0.1:81
       default-server weight 8
       server s2 127.0.0.1:81 no-check no-backup no-send-proxy
      listen b
       bind :81
       server s1 127.0.0.1:81
      """)
    let servers = found[0].servers + found[1].servers
    #expect(servers.map(\.weight) == [7, 8, 7])
    #expect(servers.map { $0.check?.inter } == [.seconds(3), nil, .seconds(3)])
    #expect(servers.map(\.isBackup) == [true, false, true])
    #expect(servers.map(\.sendProxy) == [.v1, nil, .v1])
    // A check that goes where the traffic goes begins like it.
    #expect(servers[0].check?.sendProxy == .v1)
  }

  @Test func defaultsAreInheritedByHalves() {
    let found = proxies(
      """
       retries 9
       option dontlognull
       balance leastconn
       maxconn 5
       fullconn 6
       log 127.0.0.1 local0
       option tcplog
      frontend f
       bind :80
       default_backend b
       no option dontlognull
      backend b
       server s 127.0.0.1:81
      defaults
       timeout client 1s
       timeout connect 1s
       timeout server 1s
      listen l
       bind :81
       server s 127.0.0.1:81
      """)
    #expect(found.map(\.maxconn) == [5, 0, 0])
    #expect(found.map(\.retries) == [3, 9, 3])
    #expect(found.map(\.fullconn) == [nil, 6, nil])
    #expect(found.map(\.balance) == [.random(draws: 2), .leastconn, .random(draws: 2)])
    #expect(found.map { $0.options.contains(.dontLogNull) } == [false, true, false])
    #expect(found.map(\.timeouts.client) == [.seconds(6), nil, .seconds(1)])
    #expect(found.map(\.timeouts.connect) == [nil, .seconds(5), .seconds(1)])
    #expect(found.map(\.timeouts.queue) == [nil, .seconds(5), .seconds(1)])
    #expect(found.map(\.logs.count) == [1, 1, 0])
    #expect(found.map(\.defaultBackend) == [1, nil, 2])
    #expect(found.map(\.id) == [2, 3, 4])
    for (proxy, isFormatted) in zip(found, [true, false, false]) {
      switch proxy.sessionLog {
      case .format: #expect(isFormatted)
      case .connectLine: #expect(!isFormatted)
      }
    }
  }

  @Test func namedDefaultsAreChosenByFrom() {
    let found = proxies(
      """
      defaults one
       timeout client 1s
       timeout connect 1s
       timeout server 1s
      defaults two from one
       timeout server 2s
      listen a from two
       bind :80
       server s 127.0.0.1:81
      """)
    #expect(found[0].timeouts.client == .seconds(1))
    #expect(found[0].timeouts.server == .seconds(2))
  }

  @Test(arguments: [("", 1), ("no log", 0), ("log 127.0.0.2 mail", 1), ("log global", 1)])
  func aProxyWithoutAWordAboutLogsUsesTheGlobalTargets(_ line: String, _ count: Int) {
    let outcome = read(
      """
      global
       log /dev/log local0
      defaults
       \(ConfigurationModelTests.timeouts)
      listen a
       bind :80
       \(line)
       server s 127.0.0.1:81

      """)
    #expect(outcome.diagnostics.entries == [])
    let logs = outcome.configuration.proxies[0].logs
    #expect(logs.count == count)
    #expect((logs == outcome.configuration.global.logs) == line.isEmpty || line == "log global")
  }

  @Test func logGlobalCopiesTheGlobalTargetsOnce() {
    let outcome = read(
      """
      global
       log 127.0.0.1:99 len 2000 format rfc5424 sample 1,3-4:5 local7 err crit
       log stdout format raw daemon
       log /dev/log user
      defaults
       \(ConfigurationModelTests.timeouts)
       log global
      listen a
       bind :80
       log global
       log 127.0.0.2 mail
       server s 127.0.0.1:81
      listen b
       no log
       bind :81
       server s 127.0.0.1:81

      """)
    #expect(outcome.diagnostics.entries == [])
    let logs = outcome.configuration.proxies[0].logs
    #expect(logs.count == 4)
    #expect(logs[0].lengthMax == 2000)
    #expect(logs[0].format == .rfc5424)
    #expect(logs[0].sampleRanges == [1...1, 3...4])
    #expect(logs[0].sampleSize == 5)
    #expect([logs[0].facility, logs[0].levelMax, logs[0].levelMin] == [23, 3, 2])
    #expect(logs[1].destination == .descriptor(1))
    #expect(logs[2].format == nil)
    let address = SocketAddress(ip: IPAddress(v4: 0x7f00_0002), port: 514)
    #expect(logs[3].destination == .datagram(Endpoint(address)))
    #expect(outcome.configuration.proxies[1].logs == [])
  }

  @Test func trackedServersAreFoundByTheirPlaces() {
    let found = proxies(
      """
      listen a
       bind :80
       server s1 127.0.0.1:81 track b/t2
       server s2 127.0.0.1:82 track s1
      backend b
       server t1 127.0.0.1:83
       server t2 127.0.0.1:84 check
      """)
    #expect(found[0].servers[0].track == ServerReference(proxy: 1, server: 1))
    #expect(found[0].servers[1].track == ServerReference(proxy: 0, server: 0))
  }

  @Test func idsThatAreGivenAreLeftOut() {
    let found = proxies(
      """
      listen a
       bind :80
       server s1 127.0.0.1:81 id 2
       server s2 127.0.0.1:82
       server s3 127.0.0.1:83
      listen b
       id 2
       bind :81
       server s 127.0.0.1:81
      """)
    #expect(found.map(\.id) == [3, 2])
    #expect(found[0].servers.map(\.id) == [2, 3, 4])
  }

  @Test(
    arguments: [
      ("roundrobin", .roundrobin), ("static-rr", .staticRoundrobin), ("leastconn", .leastconn),
      ("first", .first), ("source", .source), ("random", .random(draws: 2)),
      ("random(5)", .random(draws: 5)), ("", .random(draws: 2)),
    ] as [(String, BalanceAlgorithm)])
  func balanceAlgorithms(text: String, algorithm: BalanceAlgorithm) {
    let found = proxies("listen a\n bind :80\n balance \(text)\n server s 127.0.0.1:81")
    #expect(found.first?.balance == algorithm)
  }

  @Test func redispatchKeepsItsInterval() {
    let found = ["option redispatch", "option redispatch 2", "no option redispatch", ""].map {
      proxies("listen a\n bind :80\n \($0)\n server s 127.0.0.1:81").first?.redispatchInterval
    }
    #expect(found == [-1, 2, 0, 0])
  }

  @Test func takingBackWhatIsOnWithoutAWordIsRemembered() {
    let found = ["option tcp-smart-connect", "no option tcp-smart-connect", "no option persist"].map
    {
      proxies("listen a\n bind :80\n \($0)\n server s 127.0.0.1:81").first?.refused
    }
    #expect(found == [[], .smartConnect, []])
  }

  @Test func globalWordsReachTheModel() {
    let outcome = read(
      """
      global
       daemon
       chroot /x
       uid 5
       group g
       pidfile p
       nbthread 3
       maxconn 100
       ulimit-n 200
       fd-hard-limit 300
       no strict-limits
       set-dumpable
       node n
       description a b
       hard-stop-after 5s
       grace 1s
       spread-checks 10
       max-spread-checks 3s
       unix-bind prefix /p mode 600 user u
       maxpipes 7
       nosplice
       noreuseport
       tune.engine epoll
       tune.buffers 64
       tune.bufsize 20000
       tune.maxaccept 5
       tune.pipesize 64k
       tune.rcvbuf.client 1k
       tune.sndbuf.server 2k
       log-tag t
       log-send-hostname
       setenv A b
      global
       quiet
       zero-warning
      listen a
       bind "$A"@:80

      """)
    let global = outcome.configuration.global
    #expect(global.isDaemon && global.isQuiet && global.isZeroWarning && global.isDumpable)
    #expect(!global.isStrictLimits && global.isSpliceDisabled && global.isReuseportDisabled)
    #expect([global.chroot, global.group, global.pidfile] == ["/x", "g", "p"])
    #expect(global.uid == 5)
    #expect([global.nbthread, global.maxconn, global.ulimitN] == [3, 100, 200])
    #expect([global.descriptorHardLimit, global.maxpipes] == [300, 7])
    #expect([global.node, global.description, global.logTag] == ["n", "a b", "t"])
    #expect(global.logSendHostname == "")
    #expect([global.hardStopAfter, global.grace] == [.seconds(5), .seconds(1)])
    #expect(global.spreadChecks == 10)
    #expect(global.maxSpreadChecks == .seconds(3))
    #expect(global.unixBindPrefix == "/p")
    #expect(global.unixBind.mode == 0o600)
    #expect(global.engine == .epoll)
    #expect([global.tune.buffers, global.tune.bufsize] == [64, 20000])
    #expect([global.tune.maxaccept, global.tune.pipesize] == [5, 65536])
    #expect([global.tune.receiveBufferClient, global.tune.sendBufferServer] == [1024, 2048])
    #expect(global.environment["A"] == "b")
    // The variable of one line is seen by the next.
    #expect(outcome.diagnostics.entries.first?.text.contains("'b@:80'") == true)
  }

  @Test func sectionsEndWithTheirFile() {
    let reader = ConfigurationReader(identity: .init(sluiceVersion: "0", localPeer: "p"))
    let outcome = reader.read(
      [
        ConfigurationFile(name: "a.cfg", text: "listen a\n  bind :80\n"),
        ConfigurationFile(name: "b.cfg", text: "  bind :81\n"),
      ], environment: Environment())
    #expect(
      outcome.diagnostics.entries.first
        == Diagnostic(.alert, "config : parsing [b.cfg:1]: unknown keyword 'bind' out of section."))
  }

  @Test func withoutAListenerThereIsNothingToStart() {
    #expect(!read("backend b\n").configuration.hasListeners)
    #expect(!read("listen a\n bind :80\n disabled\n").configuration.hasListeners)
  }
}
