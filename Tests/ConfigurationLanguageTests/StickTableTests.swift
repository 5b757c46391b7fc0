import Basics
import Samples
import Testing

@testable import ConfigurationLanguage

@Suite struct StickTableTests {
  private func outcome(_ line: String) -> ConfigurationReader.Outcome {
    read("backend b\n  stick-table \(line)\n")
  }

  private func table(_ line: String) throws -> StickTableConfiguration {
    try #require(outcome(line).configuration.proxies.first?.stickTable)
  }

  @Test func keysHaveTheLengthOfTheirType() throws {
    let lengths: [(line: String, type: StickTableConfiguration.KeyType, length: Int)] = [
      ("integer", .integer, 4), ("ip", .ip, 4), ("ipv4", .ip, 4), ("ipv6", .ipv6, 16),
      ("string", .string, 31), ("string len 5", .string, 5), ("binary", .binary, 32),
      ("binary len 5", .binary, 5),
    ]
    for (line, type, length) in lengths {
      let table = try table("type \(line) size 1k")
      #expect(table.keyType == type)
      #expect(table.keyLength == length, "\(line)")
    }
  }

  @Test func everyWordReachesTheTable() throws {
    let table = try table(
      "type ip size 2m expire 30m nopurge srvkey addr brates-factor 1k store "
        + "server_id,conn_rate(10s) store gpc(3),gpc_rate(2,1m),bytes_in_cnt")
    #expect(table.size == 2 << 20)
    #expect(table.expire == .seconds(1800))
    #expect(table.isPurgeRefused)
    #expect(table.serverKey == .addr)
    #expect(table.byteRateFactor == 1024)
    #expect(
      table.stored == [
        .init(.serverID), .init(.connectionRate, period: 10_000), .init(.gpc, count: 3),
        .init(.gpcRate, count: 2, period: 60_000), .init(.bytesInCount),
      ])
    let plain = try self.table("size 5 type ip expire 0")
    #expect(plain.expire == nil && !plain.isPurgeRefused && plain.byteRateFactor == 1)
    #expect(plain.stored.isEmpty)
  }

  @Test func everyDataTypeOfHAProxyCanBeStored() throws {
    for type in StickTableDataType.allCases {
      let arguments: String =
        switch (type.isArray, type.storage) {
        case (true, .rate): "(2,1s)"
        case (true, _): "(2)"
        case (false, .rate): "(1s)"
        case (false, _): ""
        }
      let table = try table("type ip size 1k store \(type.name)\(arguments)")
      #expect(table.stored.map(\.type) == [type])
    }
    #expect(StickTableDataType.allCases.count == 27)
  }

  /// HAProxy would take a negative length for an immense one.
  @Test func aNegativeLengthIsNone() {
    let outcome = outcome("type string len -5 size 1k")
    let text = outcome.diagnostics.entries.first?.text ?? ""
    #expect(text.hasSuffix("'len' expects a positive integer argument."))
  }

  @Test(arguments: ["peers p", "write-to other", "recv-only"])
  func whatNeedsPeersIsAnError(words: String) {
    let outcome = outcome("type ip size 1k \(words)")
    let word = words.prefix { $0 != " " }
    #expect(
      outcome.diagnostics.entries.first
        == Diagnostic(
          .alert,
          "config : parsing [f.cfg:2] : 'stick-table ... \(word)' is known but not supported by this "
            + "version of Sluice."))
  }

  @Test func aTableThatRemembersServersStoresBothOfTheirNames() throws {
    let outcome = read(
      """
      backend t
        stick-table type ip size 1k store gpc0,server_id
      backend b
        server s 127.0.0.1:1
        stick store-response src table t
      """ + "\n")
    #expect(!outcome.diagnostics.hasErrors)
    let configuration = outcome.configuration
    let stored = configuration.proxies[0].stickTable?.stored.map(\.type)
    #expect(stored == [.gpc0, .serverID, .serverKey])
    let rule = try #require(configuration.proxies[1].storeResponseRules.first)
    #expect(rule.stores && !rule.matches && rule.table.proxy == 0)
  }

  @Test func actionsNameCountersAndTables() throws {
    let outcome = read(
      """
      global
        tune.stick-counters 5
      backend t
        stick-table type ip size 1k store gpc(2),gpt0
      frontend f
        bind :80
        tcp-request connection track-sc4 src table t
        tcp-request session sc-inc-gpc(1,4)
        tcp-request content sc-add-gpc(0,2) src_port if TRUE
        tcp-request content sc-set-gpt0(3) -1
        tcp-request content sc-inc-gpc0
        timeout client 1s
      """ + "\n")
    #expect(!outcome.diagnostics.hasErrors, "\(outcome.diagnostics.entries)")
    let proxy = outcome.configuration.proxies[1]
    guard case .track(4, let key, let table)? = proxy.connectionRules.rules.first?.action else {
      Issue.record("no track-sc4")
      return
    }
    #expect(key.keyword == "src" && table.proxy == 0)
    guard case .addToCounter(let element, .fixed(1))? = proxy.sessionRules.rules.first?.action
    else {
      Issue.record("no sc-inc-gpc")
      return
    }
    #expect(element == StickElement(.gpc, element: 1, counter: 4))
    let elements = proxy.contentRules.rules.map { rule in
      switch rule.action {
      case .addToCounter(let element, _), .setTag(let element, _): element
      default: StickElement(.gpt, element: 0, counter: 0)
      }
    }
    #expect(
      elements == [
        StickElement(.gpc, element: 0, counter: 2), StickElement(.gpt0, element: 0, counter: 3),
        StickElement(.gpc0, element: 0, counter: 0),
      ])
    guard case .setTag(_, .fixed(let value)) = proxy.contentRules.rules[1].action else {
      Issue.record("no sc-set-gpt0")
      return
    }
    #expect(value == .max)
  }
}
