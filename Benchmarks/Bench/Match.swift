import Benchmarking
import FoundationEssentials

/// A load and the proxy that it plays against; none when it plays against its own backend.
struct Match {
  let load: Child
  let proxy: Proxy?

  /// Waits until the load is ready for its next window.
  func awaitReady() throws {
    let line = try load.readLine(withinMilliseconds: 30_000)
    guard line == LoadPlan.ready else { throw BenchFailure(try decoded(line).failure ?? line) }
  }

  /// Waits for the result.
  func result() throws -> LoadResult {
    var result = try decoded(load.readLine(withinMilliseconds: 90_000))
    if let end = proxy?.unexpectedEnd { result.failure = end }
    return result
  }

  private func decoded(_ line: String) throws -> LoadResult {
    try JSONDecoder().decode(LoadResult.self, from: Data(line.utf8))
  }
}
