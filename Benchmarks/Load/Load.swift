import Benchmarking
import FoundationEssentials
import Glibc

/// The load of one run: generator and backend, told on standard input what to do.
///
/// Both are one thread of one process, so that they share a core without context switches: on a
/// machine with two cores, this leaves the proxy the slowest part most often.
@main
struct Load {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    Sockets.raiseDescriptorLimit()
    var result = LoadResult()
    do {
      result = try run()
    } catch let failure as LoadFailure {
      result.failure = failure.sentence
    } catch {
      result.failure = "\(error)"
    }
    write(result)
  }

  private static func run() throws -> LoadResult {
    let plan: LoadPlan = try read()
    try Sockets.enter(namespace: plan.serverNamespace)
    let echo = try Sockets.listen(on: plan.serverAddress)
    let bulk = try Sockets.listen(on: plan.serverAddress)
    try Sockets.enter(namespace: plan.clientNamespace)
    var loop = try Loop(plan: plan)
    loop.add(echo.descriptor, .echoListener)
    loop.add(bulk.descriptor, .bulkListener)
    write(LoadListening(echoPort: echo.port, bulkPort: bulk.port))
    let target: LoadTarget = try read()
    do {
      try loop.play(target)
    } catch let failure as LoadFailure {
      loop.result.failure = failure.sentence
    }
    return loop.result
  }

  private static func read<Value: Decodable>() throws -> Value {
    guard let line = readLine() else { throw LoadFailure("nothing on standard input") }
    return try JSONDecoder().decode(Value.self, from: Data(line.utf8))
  }

  private static func write<Value: Encodable>(_ value: Value) {
    guard let data = try? JSONEncoder().encode(value) else { return }
    print(String(decoding: data, as: UTF8.self))
    fflush(nil)
  }
}
