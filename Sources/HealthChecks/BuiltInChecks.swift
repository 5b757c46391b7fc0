import Samples

/// The programs of the protocol checks. HAProxy manual, `option mysql-check` and its relatives.
public enum BuiltInChecks {
  /// How a MySQL client of the check introduces itself.
  public enum MySQLClient: String, CaseIterable, Sendable {
    case before41 = "pre-41"
    case since41 = "post-41"
    case since80 = "post-80"
  }

  private typealias Step = CheckProgram.Step

  private static func connection() -> CheckProgram.Action {
    var connect = CheckProgram.Connect()
    connect.usesServerOptions = true
    connect.lingers = true
    return .connect(connect)
  }

  /// A program whose steps are numbered from 1.
  private static func program(_ actions: [CheckProgram.Action]) -> CheckProgram {
    CheckProgram(
      .builtIn, actions.enumerated().map { Step($0.element, number: $0.offset + 1) })
  }

  /// `option redis-check`
  public static let redis: CheckProgram = {
    var pong = CheckExpectation(.string(Array("+PONG\r\n".utf8)))
    pong.errorStatus = .layer7WrongStatus
    pong.onError = firstLine
    pong.onSuccess = CheckText("Redis server is ok")
    return program([.send(.bytes(Array("*1\r\n$4\r\nPING\r\n".utf8))), .expect(pong)])
  }()

  /// `option ssl-hello-chk`
  public static let ssl: CheckProgram = {
    var hello = CheckExpectation(.builtIn(.firstByte(in: 0x15...0x16)))
    hello.bytesMin = 5
    hello.okStatus = .layer6Passed
    hello.errorStatus = .layer6InvalidResponse
    hello.timeoutStatus = .layer6Timeout
    return program([.send(.sslHello), .expect(hello)])
  }()

  /// `option ldap-check`
  public static let ldap: CheckProgram = {
    let bind: [UInt8] = [
      0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00,
    ]
    var sequence = CheckExpectation(.builtIn(.firstByte(in: 0x30...0x30)))
    sequence.bytesMin = 14
    sequence.onError = CheckText("Not LDAPv3 protocol")
    return program([
      .send(.bytes(bind)), .expect(sequence), .expect(CheckExpectation(.reply(.ldapBindResponse))),
    ])
  }()

  /// `option spop-check`
  public static let spop: CheckProgram = {
    var payload: [UInt8] = [0, 0, 0, 0x4e, 1, 0, 0, 0, 1, 0, 0]
    func append(_ text: String) {
      payload.append(UInt8(text.utf8.count))
      payload += Array(text.utf8)
    }
    append("supported-versions")
    payload.append(8)
    append("2.0")
    append("max-frame-size")
    payload += [0x03, 0xfc, 0xf0, 0x06]
    append("capabilities")
    payload += [8, 0]
    append("healthcheck")
    payload.append(0x11)
    var connect = CheckProgram.Connect()
    connect.usesServerOptions = true
    return program([
      .connect(connect), .send(.bytes(payload)), .expect(CheckExpectation(.reply(.spopHello))),
    ])
  }()

  /// `option smtpchk`
  ///
  /// - Parameter command: what is said first, such as `HELO localhost`.
  public static func smtp(command: [UInt8]) -> CheckProgram {
    var greeting = CheckExpectation(.builtIn(.smtpLine))
    greeting.bytesMin = 4
    greeting.errorStatus = .layer7InvalidResponse
    greeting.onError = firstLine
    var welcome = answer(.smtpSuccess)
    welcome.bytesMin = 4
    var hello = answer(.smtpMultilineSuccess)
    hello.onSuccess = hello.onError
    var farewell = answer(.smtpFarewell)
    farewell.bytesMin = 4
    farewell.onSuccess = farewell.onError
    return program([
      connection(), .expect(greeting), .expect(welcome),
      .send(.bytes(command + Array("\r\n".utf8))), .expect(hello),
      .send(.bytes(Array("QUIT\r\n".utf8))), .expect(farewell),
    ])
  }

  /// An answer of an SMTP server: its code and its text.
  private static func answer(_ pattern: BuiltInPattern) -> CheckExpectation {
    var expectation = CheckExpectation(.builtIn(pattern))
    expectation.errorStatus = .layer7WrongStatus
    expectation.onError = .format("%[res.payload(4,0),ltrim(' '),cut_crlf]")
    expectation.statusCode = .responsePayload(offset: 0, count: 3)
    return expectation
  }

  private static let firstLine = CheckText.format("%[res.payload(0,0),cut_crlf]")

  /// `option pgsql-check user`
  public static func pgsql(user: [UInt8]) -> CheckProgram {
    let count = UInt32(15 + user.count)
    var startup: [UInt8] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    startup += [0, 3, 0, 0] + Array("user".utf8) + [0] + user + [0, 0]
    var error = CheckExpectation(.builtIn(.firstByte(in: UInt8(ascii: "E")...UInt8(ascii: "E"))))
    error.isNegated = true
    error.bytesMin = 5
    error.errorStatus = .layer7InvalidResponse
    error.onError = .format("%[res.payload(6,0)]")
    var authentication = CheckExpectation(.builtIn(.pgsqlAuthentication))
    authentication.bytesMin = 9
    authentication.errorStatus = .layer7WrongStatus
    authentication.onSuccess = CheckText("PostgreSQL server is ok")
    authentication.onError = CheckText("PostgreSQL unknown error")
    return program([
      connection(), .send(.bytes(startup)), .expect(error), .expect(authentication),
    ])
  }

  /// `option mysql-check`
  ///
  /// - Parameter user: whom the check claims to be, and how; nil to read the greeting only.
  public static func mysql(user: (name: [UInt8], client: MySQLClient)?) -> CheckProgram {
    guard let user else {
      return program([connection(), .expect(CheckExpectation(.reply(.mysqlGreeting)))])
    }
    return program([
      connection(), .send(.bytes(mysqlLogin(user.name, user.client))),
      .expect(CheckExpectation(.reply(.mysqlGreeting))),
      .expect(CheckExpectation(.reply(.mysqlResult))),
    ])
  }

  /// The handshake response of a client, and COM_QUIT behind it.
  private static func mysqlLogin(_ name: [UInt8], _ client: MySQLClient) -> [UInt8] {
    var packet: [UInt8]
    switch client {
    case .before41: packet = [0x00, 0x80, 0, 0, 1]
    case .since41:
      packet = [0x00, 0x82, 0, 0, 0, 0x80, 0, 1, 0x21] + [UInt8](repeating: 0, count: 23)
    case .since80:
      packet = [0x00, 0x82, 0x08, 0, 0, 0x80, 0, 1, 0x21] + [UInt8](repeating: 0, count: 23)
    }
    packet += name + [0, 0]
    if client == .since80 { packet += Array("mysql_native_password".utf8) + [0] }
    let count = packet.count
    let header = [0, 8, 16].map { UInt8(truncatingIfNeeded: count >> $0) } + [1]
    return header + packet + [1, 0, 0, 0, 1]
  }

  /// `agent-check`
  ///
  /// - Parameter string: `agent-send`; empty to say nothing.
  public static func agent(string: [UInt8]) -> CheckProgram {
    CheckProgram(
      .agent,
      [
        Step(.send(.bytes(string)), number: 1),
        Step(.expect(CheckExpectation(.reply(.agent))), number: 2),
      ])
  }

  /// A hello of SSL version 3.
  static func sslHello(date: Int64) -> [UInt8] {
    var hello: [UInt8] = [0x16, 3, 0, 0, 0x79, 1, 0, 0, 0x75, 3, 0]
    hello += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: date >> Int64($0)) }
    hello += Array("HAPROXYSSLCHK\nHAPROXYSSLCHK\n".utf8)
    hello += [0, 0, 0x4e]
    for cipher in Array(UInt8(0x01)...0x1b) + Array(UInt8(0x2f)...0x3a) { hello += [0, cipher] }
    return hello + [1, 0]
  }
}
