import Benchmark

/// What single parts cost: `make bench-micro`.
@main
struct Microbenchmarks {
  static func main() {
    Benchmark.main([
      configurationSuite(), balancingSuite(), sessionSuite(), stickTableSuite(), kernelSuite(),
    ])
  }
}
