import Basics
import Testing

@testable import ConfigurationLanguage

@Suite struct ReadingAddressTests {
  private static let environment = Environment(["IP": "192.0.2.1", "PORT": "80", "E": ""])

  private func parse(
    _ text: String, _ options: AddressText.Options
  ) throws(AddressError) -> AddressText {
    try AddressText.parse(text, environment: Self.environment, options: options)
  }

  private static func ip(_ text: String) -> AddressText.Place {
    IPAddress(text).map { .address($0) } ?? .host("not an address", family: nil)
  }

  @Test(arguments: [
    (":80", AddressText(place: ip("0.0.0.0"), port: .range(80...80))),
    ("*:80", .init(place: ip("0.0.0.0"), port: .range(80...80))),
    (":::80", .init(place: ip("::"), port: .range(80...80))),
    ("ipv6@:80", .init(place: ip("::"), port: .range(80...80))),
    ("ipv6@*:80", .init(place: ip("::"), port: .range(80...80))),
    ("[::1]:80", .init(place: ip("::1"), port: .range(80...80))),
    ("2001:db8::1:80", .init(place: ip("2001:db8::1"), port: .range(80...80))),
    ("127.0.0.1:1-65535", .init(place: ip("127.0.0.1"), port: .range(1...65535))),
    ("tcp4@10.0.0.1:80", .init(place: ip("10.0.0.1"), port: .range(80...80))),
    ("$IP:${PORT}", .init(place: ip("192.0.2.1"), port: .range(80...80))),
    ("localhost:80", .init(place: .host("localhost", family: nil), port: .range(80...80))),
    ("[a.b]:80", .init(place: .host("a.b", family: nil), port: .range(80...80))),
    ("ipv4@a.b:80", .init(place: .host("a.b", family: .v4), port: .range(80...80))),
    ("/run/a.sock", .init(place: .unix(path: "/run/a.sock"))),
    ("unix@a.sock", .init(place: .unix(path: "a.sock"))),
    ("abns@name", .init(place: .abstract(name: "name", isPadded: true))),
    ("abnsz@name", .init(place: .abstract(name: "name", isPadded: false))),
    ("fd@3", .init(place: .descriptor(3))),
    ("sockpair@4", .init(place: .socketPair(4))),
    ("stream+uxst@x", .init(place: .unix(path: "x"))),
    (
      "mptcp@1.2.3.4:5",
      .init(place: ip("1.2.3.4"), port: .range(5...5), transport: .multipath)
    ),
  ])
  func readsBindAddresses(text: String, expected: AddressText) throws {
    #expect(try parse(text, .bind) == expected)
  }

  @Test(arguments: [
    ("127.0.0.1", AddressText(place: ip("127.0.0.1"))),
    ("127.0.0.1:", .init(place: ip("127.0.0.1"))),
    ("127.0.0.1:0", .init(place: ip("127.0.0.1"))),
    ("127.0.0.1:+0", .init(place: ip("127.0.0.1"))),
    ("127.0.0.1:+10", .init(place: ip("127.0.0.1"), port: .offset(10))),
    ("127.0.0.1:-10", .init(place: ip("127.0.0.1"), port: .offset(-10))),
    ("127.0.0.1:8080", .init(place: ip("127.0.0.1"), port: .range(8080...8080))),
    ("[::1]", .init(place: ip("::1"))),
    ("*:80", .init(place: ip("0.0.0.0"), port: .range(80...80))),
    ("app.example:80", .init(place: .host("app.example", family: nil), port: .range(80...80))),
    ("we!rd:80", .init(place: .host("we!rd", family: nil), port: .range(80...80))),
    ("udp@1.2.3.4:5", .init(place: ip("1.2.3.4"), port: .range(5...5), transport: .datagram)),
  ])
  func readsServerAddresses(text: String, expected: AddressText) throws {
    #expect(try parse(text, .server) == expected)
  }

  @Test func readsLogTargets() throws {
    let parse = { (text: String) throws(AddressError) in
      try LogTargetText.parse(text, environment: Self.environment)
    }
    #expect(try parse("ring@r") == .ring("r"))
    #expect(try parse("backend@b") == .backend("b"))
    #expect(
      try parse("stdout") == .address(.init(place: .descriptor(1), transport: .datagram)))
    #expect(
      try parse("stderr") == .address(.init(place: .descriptor(2), transport: .datagram)))
    #expect(try parse("fd@7") == .address(.init(place: .descriptor(7), transport: .datagram)))
    #expect(
      try parse("/dev/log")
        == .address(.init(place: .unix(path: "/dev/log"), transport: .datagram)))
    #expect(
      try parse("127.0.0.1")
        == .address(.init(place: Self.ip("127.0.0.1"), transport: .datagram)))
    #expect(
      try parse("tcp@127.0.0.1:514")
        == .address(.init(place: Self.ip("127.0.0.1"), port: .range(514...514))))
  }

  @Test(arguments: [
    ("127.0.0.1", "missing port specification in '127.0.0.1'"),
    ("127.0.0.1:", "missing port specification in '127.0.0.1:'"),
    ("[::1]", "missing port specification in '[::1]'"),
    (":99999", "invalid port '99999'"),
    (":0", "invalid port '0'"),
    (":99999999999999999999", "invalid port '99999999999999999999'"),
    (":80-", "invalid port ''"),
    (":90-80", "invalid port range '90-80'"),
    (":80-70000", "invalid port '70000'"),
    (":8x", "invalid character 'x' in port number '8x' in ':8x'"),
    (":x8", "invalid character 'x' in port number 'x8' in ':x8'"),
    (":80-9y", "invalid character 'y' in port number '9y' in ':80-9y'"),
    (":+1", "port offset not permitted here in ':+1'"),
    (":-1", "port offset not permitted here in ':-1'"),
    ("ipv4@::1:80", "invalid address: '::1' in 'ipv4@::1:80'"),
    ("we!rd:80", "invalid address: 'we!rd' in 'we!rd:80'"),
    ("[::1:80", "invalid address: '[::1' in '[::1:80'"),
    ("$E", "'$E' resolves to an empty address (environment variable missing?)"),
    ("fd@x", "file descriptor 'x' is not a valid integer in 'fd@x'"),
    ("fd@", "file descriptor '' is not a valid integer in 'fd@'"),
    ("fd@-1", "file descriptor '-1' is not a valid integer in 'fd@-1'"),
    ("udp@:80", "dgram-type address not acceptable in 'udp@:80'"),
    (
      "quic4@:443",
      "unsupported stream protocol for datagram family 2 address 'quic4@:443'; QUIC is not compiled "
        + "in if this is what you were looking for."
    ),
    (
      "rhttp@be/s",
      "Address 'rhttp@be/s' is experimental, must be allowed via a global "
        + "'expose-experimental-directives'"
    ),
    (
      "/" + String(repeating: "a", count: 97),
      "socket path '/" + String(repeating: "a", count: 97) + "' too long (max 97)"
    ),
    (
      "abns@" + String(repeating: "a", count: 108),
      "socket path 'abns@" + String(repeating: "a", count: 108) + "' too long (max 107)"
    ),
  ])
  func saysWhyABindAddressIsNone(text: String, message: String) {
    #expect(message == failure(text, .bind))
  }

  @Test(arguments: [
    ("127.0.0.1:80-90", "port range not permitted here in '127.0.0.1:80-90'"),
    ("127.0.0.1:+x", "invalid character 'x' in port number 'x' in '127.0.0.1:+x'"),
    ("fd@3", "a file descriptor is not acceptable here in 'fd@3'"),
    (":99999", "invalid port '99999'"),
  ])
  func saysWhyAServerAddressIsNone(text: String, message: String) {
    #expect(message == failure(text, .server))
  }

  private func failure(_ text: String, _ options: AddressText.Options) -> String? {
    do throws(AddressError) {
      _ = try parse(text, options)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func countsTheUnixPrefix() throws {
    #expect(throws: AddressError.pathTooLong(text: "/abc", bytesMax: 2)) {
      try AddressText.parse(
        "/abc", environment: Environment(), options: .bind,
        unixPrefix: String(repeating: "p", count: 95))
    }
  }

  @Test func takesListsApart() {
    #expect(AddressText.list(":80,:81") == [":80", ":81"])
    #expect(AddressText.list(":80,") == [":80"])
    #expect(AddressText.list(":80,,:81") == [":80", "", ":81"])
    #expect(AddressText.list("") == [])
  }
}
