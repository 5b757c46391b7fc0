import ConfigurationLanguage
import Proxies
import Samples
import Testing

/// When a session is logged and how gravely: HAProxy manual, sections 8.2.5, 8.3.1 and 8.3.2.
@Suite struct LogDecisionTests {
  private func frontend(
    _ log: SessionLogChoice, _ options: ProxyConfiguration.Options = []
  ) -> ProxyConfiguration {
    var frontend = ProxyConfiguration(
      name: "fe", id: 1, capabilities: .frontend, location: LogFixture.location)
    frontend.sessionLog = log
    frontend.options = options
    return frontend
  }

  /// What is decided at accept, connect and close, as long as nothing was written.
  private func course(
    _ record: SessionRecord, _ frontend: ProxyConfiguration
  ) -> [LogDecision] {
    [.accept, .connect, .close].map { LogDecision(at: $0, of: record, in: frontend) }
  }

  private var early: LogFormat {
    get throws { try LogFormat.parse(Array("%ci:%cp %s".utf8)) }
  }

  private var quiet: SessionRecord {
    var record = LogFixture.record
    record.retries = 0
    return record
  }

  @Test func withoutAFormatTheLineIsDueAtAccept() {
    #expect(course(quiet, frontend(.connectLine)) == [.write(.info), .wait, .wait])
    #expect(
      course(LogFixture.record, frontend(.connectLine, [.logSeparateErrors, .dontLogNormal]))
        == [.write(.info), .wait, .wait])
  }

  @Test func aFormatIsLoggedAsSoonAsItsItemsAreKnown() throws {
    #expect(course(quiet, frontend(.format(.tcplog))) == [.wait, .wait, .write(.info)])
    #expect(
      course(quiet, frontend(.format(.tcplog), .logAsSoonAsPossible))
        == [.wait, .write(.info), .write(.info)])
    #expect(
      course(quiet, frontend(.format(try early))) == [.wait, .write(.info), .write(.info)])
  }

  @Test func dontlognullCountsTheClientsBytesAndOnlyAtTheEnd() throws {
    var record = quiet
    record.bytesToServer = 0
    let options: ProxyConfiguration.Options = .dontLogNull
    #expect(course(record, frontend(.format(.tcplog), options)) == [.wait, .wait, .wait])
    #expect(
      course(record, frontend(.format(try early), options)) == [.wait, .write(.info), .wait])
    record.bytesToServer = 1
    #expect(course(record, frontend(.format(.tcplog), options)) == [.wait, .wait, .write(.info)])
  }

  @Test func dontlogNormalKeepsErrorsRetriesAndRedispatches() {
    let proxy = frontend(.format(.tcplog), .dontLogNormal)
    #expect(LogDecision(at: .close, of: quiet, in: proxy) == .wait)
    var record = quiet
    record.retries = 1
    #expect(LogDecision(at: .close, of: record, in: proxy) == .write(.info))
    record = quiet
    record.isRedispatched = true
    #expect(LogDecision(at: .close, of: record, in: proxy) == .write(.info))
    record = quiet
    record.termination = .init(.clientTimeout, .data)
    #expect(LogDecision(at: .close, of: record, in: proxy) == .write(.info))
  }

  @Test func whatTheProxyItselfServedIsNormal() {
    var record = LogFixture.record
    record.termination = .init(.local, .request)
    #expect(!record.isAbnormal)
  }

  @Test func logSeparateErrorsRaisesTheLevel() {
    let proxy = frontend(.format(.tcplog), .logSeparateErrors)
    #expect(LogDecision(at: .close, of: quiet, in: proxy) == .write(.info))
    #expect(LogDecision(at: .close, of: LogFixture.record, in: proxy) == .write(.err))
  }

  @Test func sessionErrorsAreLoggedWhereSessionsHaveAFormat() {
    for failure in ProxyHeader.Failure.allCases.map(\.error) {
      #expect(LogDecision(ofSessionError: failure, in: frontend(.connectLine)) == .wait)
      #expect(
        LogDecision(ofSessionError: failure, in: frontend(.format(.tcplog))) == .write(.info))
      #expect(
        LogDecision(
          ofSessionError: failure, in: frontend(.format(.tcplog), .logSeparateErrors))
          == .write(.err))
      let isSilent = [.proxyEmpty, .proxyAborted, .proxyTimeout].contains(failure)
      #expect(
        LogDecision(ofSessionError: failure, in: frontend(.format(.tcplog), .dontLogNull))
          == (isSilent ? .wait : .write(.info)))
    }
  }
}
