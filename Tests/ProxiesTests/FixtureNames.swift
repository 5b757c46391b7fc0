import Basics
import Samples

/// A process with a frontend `fe` and a backend `be` that has the servers `s1` and `se"r]ver`.
final class FixtureNames: SampleSources {
  func captureRoom(of proxy: Int, isRequest: Bool) -> [Int] { isRequest ? [8, 3] : [4] }
  func count(_ counter: SampleCounter, proxy: Int, member: Int) -> Int64? { nil }
  func name(proxy: Int) -> [UInt8] { Array((proxy == 0 ? "fe" : "be").utf8) }
  func name(proxy: Int, server: Int) -> [UInt8] {
    Array((server == 0 ? "s1" : "se\"r]ver").utf8)
  }
  func name(proxy: Int, listener: Int) -> [UInt8] { [] }
  func defaultBackend(of proxy: Int) -> Int? { 1 }
  func proxy(named name: String, isFrontend: Bool) -> Int? { nil }
  func server(named name: String, in proxy: Int) -> Int? { nil }
  let hostname: [UInt8] = Array("vm".utf8)
  func environment(_ name: String) -> [UInt8]? { nil }
  func isLocal(_ address: IPAddress) -> Bool { false }
  func variable(_ name: VariableName) -> SampleValue? { nil }
  func set(_ name: VariableName, to value: SampleValue?) {}
}
