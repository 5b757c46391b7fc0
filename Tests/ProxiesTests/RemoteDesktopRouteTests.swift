import Basics
import Proxies
import Testing

@Suite struct RemoteDesktopRouteTests {
  @Test func aRoutingTokenNamesAddressAndPort() {
    let route = RemoteDesktopRoute.address(of: Array("50601994.15629.0000".utf8).span)
    #expect(route == SocketAddress(ip: IPAddress(v4: 0x0a20_0403), port: 3389))
    #expect(
      RemoteDesktopRoute.address(of: Array("16777343.20480.x".utf8).span)
        == SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: 80))
  }

  @Test(arguments: [
    "", ".", "1", "1.", "1.2", "1,2.3", "-1.2.3", "a.2.3", "1.b.3", "..", "1..",
  ])
  func anythingElseNamesNobody(_ cookie: String) {
    #expect(RemoteDesktopRoute.address(of: Array(cookie.utf8).span) == nil)
  }

  @Test func numbersBeyondTheirBoundsDoNotTrap() {
    let digits = String(repeating: "9", count: 100)
    #expect(RemoteDesktopRoute.address(of: Array("\(digits).\(digits).0".utf8).span) != nil)
  }
}
