import Basics
import Benchmark
import ConfigurationLanguage

/// Reading configurations, from bytes to a validated model.
func configurationSuite() -> BenchmarkSuite {
  func text(backends: Int, serversEach: Int) -> String {
    var text = """
      global
          maxconn 2000
          log 127.0.0.1:514 local0
      defaults
          mode tcp
          timeout connect 5s
          timeout client 50s
          timeout server 50s

      """
    for backend in 0..<backends {
      text += "listen service\(backend)\n    bind 127.0.0.1:\(10_000 + backend)\n"
      text += "    balance leastconn\n"
      for server in 0..<serversEach {
        let address = "192.0.2.\(server % 250 + 1):\(8000 + server)"
        text += "    server s\(server) \(address) check weight 10\n"
      }
    }
    return text
  }
  let reader = ConfigurationReader(identity: .init(sluiceVersion: "0.1.0", localPeer: "bench"))
  let environment = Environment([:])
  return BenchmarkSuite(name: "configuration") { suite in
    let sizes = [("1 listen, 1 server", 1, 1), ("100 listens, 1,000 servers", 100, 10)]
    for (name, backends, servers) in sizes {
      let content = text(backends: backends, serversEach: servers)
      let file = ConfigurationFile(name: "bench.cfg", text: content)
      precondition(!reader.read([file], environment: environment).diagnostics.hasErrors)
      suite.benchmark(name) {
        blackHole(reader.read([file], environment: environment))
      }
    }
  }
}
