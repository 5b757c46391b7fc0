import Basics
import ConfigurationLanguage
import Proxies
import Samples

/// A small configuration and a session in it, as the golden tests want them.
enum LogFixture {
  static let location = SourceLocation(file: "t.cfg", line: 1)

  static var configuration: Configuration {
    var configuration = Configuration()
    var front = ProxyConfiguration(
      name: "fe", id: 2, capabilities: .frontend, location: location)
    let loopback = SocketAddress(ip: .init(v4: 0x7f00_0001), port: 80)
    front.listeners = [
      .init(address: .endpoint(.init(loopback)), id: 1, location: location),
      .init(address: .endpoint(.init(loopback)), id: 7, location: location),
    ]
    front.listeners[1].name = "named"
    var back = ProxyConfiguration(name: "be", id: 3, capabilities: .backend, location: location)
    for name in ["s1", "se\"r]ver"] {
      back.servers.append(
        .init(name: name, id: 1, host: .ip(.init(v4: 1)), port: .fixed(1), location: location))
    }
    configuration.proxies = [front, back]
    return configuration
  }

  static var names: LogNames {
    LogNames(configuration, processID: 13160, hostname: Array("vm".utf8))
  }

  /// 22 November 2026, 21:13:52.678123 UTC, one hour behind local time.
  static var record: SessionRecord {
    var record = SessionRecord()
    record.acceptDate = WallTime(microseconds: 1_795_382_032_678_123)
    record.utcOffsetSeconds = 3600
    record.clientAddress = .init(ip: .init(v4: 0x7f00_0001), port: 46836)
    record.frontendAddress = .init(ip: .init(v4: 0x0a00_0001), port: 8080)
    record.backendSourceAddress = .init(ip: .init(v4: 0x0a00_0002), port: 40140)
    record.serverAddress = .init(
      ip: .init(v6: 0x2001_0db8_0000_0000, 0x0000_0000_0000_0001), port: 9000)
    record.listener = 1
    record.backend = 1
    record.server = 0
    record.handshakeMilliseconds = 2
    record.waitMilliseconds = 3
    record.connectMilliseconds = 5
    record.totalMilliseconds = 4009
    record.bytesToClient = 12345
    record.bytesToServer = 678
    record.processConnections = 5
    record.frontendConnections = 4
    record.backendConnections = 3
    record.serverConnections = 2
    record.retries = 1
    record.serverQueue = 6
    record.backendQueue = 7
    record.sessionNumber = 42
    record.logCount = 41
    return record
  }

  static func line(
    _ format: String, _ record: SessionRecord = record, asap: Bool = false
  ) throws -> String {
    line(try LogFormat.parse(Array(format.utf8)), record, asap: asap)
  }

  static func line(
    _ format: LogFormat, _ record: SessionRecord = record, asap: Bool = false
  ) -> String {
    var bytes: [UInt8] = []
    var context = SampleContext()
    context.source = record.clientAddress
    context.destination = record.frontendAddress
    context.backend = record.backend
    context.server = record.server
    context.sources = FixtureNames()
    var samples = LogSamples()
    samples.values = format.expressions.map { $0.evaluate(in: &context).value }
    format.write(record, names, samples: samples, logsAsSoonAsPossible: asap, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
