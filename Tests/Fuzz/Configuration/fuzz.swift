import Basics
import ConfigurationLanguage

/// Reads any bytes as a configuration: it ends, never traps, and a file that is refused says why.
@_cdecl("LLVMFuzzerTestOneInput")
public func readConfiguration(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  let reader = ConfigurationReader(
    identity: .init(sluiceVersion: "0.1.0", localPeer: "fuzz"),
    resolver: { name, _ in name == "known" ? IPAddress(v4: 0x7f00_0001) : nil })
  let outcome = reader.read(
    [ConfigurationFile(name: "fuzz.cfg", bytes: input)],
    environment: Environment(["NAME": "value", "LIST": "one two", "EMPTY": ""]))
  if outcome.diagnostics.hasErrors {
    precondition(outcome.diagnostics.entries.contains { $0.level == .alert })
  } else {
    for proxy in outcome.configuration.proxies {
      precondition(proxy.defaultBackend.map { $0 < outcome.configuration.proxies.count } ?? true)
      for server in proxy.servers { precondition(0...256 ~= server.weight) }
    }
  }
  return 0
}
