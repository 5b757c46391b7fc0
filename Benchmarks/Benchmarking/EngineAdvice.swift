/// Which engine used less of the processor on this machine, in sentences.
public struct EngineAdvice: Sendable {
  public let sentences: [String]

  public init(_ record: Record) {
    var sentences: [String] = []
    var (ring, epoll) = (0, 0)
    for workload in record.workloads {
      guard let ratios = record.ratios(.processorTime, workload, .ring, by: .epoll) else {
        continue
      }
      let ratio = ratios.median
      let percent = Int((abs(1 - ratio) * 100).rounded())
      if percent < 2 || (ratios.lowest < 1 && ratios.highest > 1) {
        sentences.append("\(workload.title): no clear difference (\(percent) %).")
        continue
      }
      let winner = ratio < 1 ? "io_uring" : "epoll"
      let less = ratio < 1 ? 1 - ratio : 1 - 1 / ratio
      if ratio < 1 { ring += 1 } else { epoll += 1 }
      sentences.append(
        "\(workload.title): \(winner) used \(Int((less * 100).rounded())) % less processor time.")
    }
    let measured = !sentences.isEmpty
    if !measured {
      sentences.append("Not both engines were measured: see what was skipped.")
    } else if ring > epoll {
      sentences.append(
        "On this machine io_uring is the better engine (\(ring) to \(epoll)): keep "
          + "`tune.engine auto`, which chooses it.")
    } else if epoll > ring {
      sentences.append(
        "On this machine epoll is the better engine (\(epoll) to \(ring)): set "
          + "`tune.engine epoll`.")
    } else {
      sentences.append("On this machine the engines are equal: keep `tune.engine auto`.")
    }
    self.sentences = sentences
  }
}
