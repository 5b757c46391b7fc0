// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// One module of the program; the list of its dependencies is the list of what it may import.
func module(_ name: String, _ dependencies: [String] = []) -> Target {
  .target(
    name: name,
    dependencies: dependencies.map { .init(stringLiteral: $0) },
    swiftSettings: strict)
}

/// The promises of one module.
func tests(_ name: String, _ dependencies: [String], path: String? = nil) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies.map { .init(stringLiteral: $0) },
    path: path,
    swiftSettings: [.swiftLanguageMode(.v6)])
}

/// The benchmarks are tools beside the program; nothing of them is linked into it.
let tools: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "sluice",
  products: [
    .executable(name: "sluice", targets: ["sluice"]),
    // Preloaded into the program by the end-to-end tests.
    .library(name: "AllocationCounter", type: .dynamic, targets: ["AllocationCounter"]),
  ],
  // For Benchmarks/ alone: docs/decisions/0010-benchmark-dependencies.md.
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/google/swift-benchmark", from: "0.1.2"),
  ],
  targets: [
    .target(
      name: "CLiburing",
      path: "CLiburing",
      linkerSettings: [.unsafeFlags(["-l:liburing.a"])]),
    .target(
      name: "CPCRE2",
      path: "Sources/CPCRE2",
      linkerSettings: [.unsafeFlags(["-l:libpcre2-8.a"])]),
    module("Basics"),
    module("KernelIO", ["CLiburing", "Basics"]),
    module("Samples", ["CPCRE2", "Basics"]),
    module("ConfigurationLanguage", ["HealthChecks", "Samples", "Basics"]),
    module("Balancing", ["Samples", "Basics"]),
    module("HealthChecks", ["Samples", "Basics"]),
    module(
      "Proxies", ["ConfigurationLanguage", "Balancing", "HealthChecks", "Samples", "Basics"]),
    module("Sessions", ["Proxies", "Basics"]),
    module("Administration", ["Proxies", "ConfigurationLanguage", "Basics"]),
    module(
      "Engine",
      [
        "Administration", "Sessions", "Proxies", "ConfigurationLanguage", "Balancing",
        "HealthChecks", "Samples", "KernelIO", "CLiburing", "Basics",
      ]),
    .executableTarget(name: "sluice", dependencies: ["Engine"], swiftSettings: strict),
    tests(
      "BackendTests",
      ["Proxies", "ConfigurationLanguage", "Balancing", "HealthChecks", "Basics"]),
    tests("BalancingTests", ["Balancing", "Basics"]),
    tests("BasicsTests", ["Basics"]),
    tests("ConfigurationLanguageTests", ["Basics", "ConfigurationLanguage", "Samples"]),
    tests("SessionsTests", ["Sessions", "Proxies"]),
    tests("KernelIOTests", ["KernelIO", "Basics"]),
    tests("ProxiesTests", ["Basics", "ConfigurationLanguage", "Proxies", "Samples"]),
    tests("SamplesTests", ["Samples", "Basics"]),
    tests("AdministrationTests", ["Administration", "ConfigurationLanguage"]),
    tests(
      "EngineProcessTests",
      ["Engine", "Administration", "ConfigurationLanguage", "KernelIO", "Basics"]),
    tests("HealthChecksTests", ["HealthChecks", "Samples", "Basics"]),
    .target(
      name: "SimulatedKernel",
      dependencies: ["KernelIO", "Basics"],
      path: "Tests/SimulatedKernel",
      // Optimised in test builds too: a simulation is as good as the number of its seeds.
      swiftSettings: strict + [.unsafeFlags(["-O"])]),
    tests(
      "EngineTests",
      [
        "Engine", "HealthChecks", "SimulatedKernel", "Sessions", "Proxies", "ConfigurationLanguage",
        "Samples",
        "KernelIO", "Basics",
      ]),
    tests("SimulatedKernelTests", ["SimulatedKernel", "KernelIO", "Basics"]),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    // What the end-to-end tests are made of; optimised, for it hashes what the program carries.
    .target(
      name: "Peers",
      path: "Tests/EndToEnd/Peers",
      swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-O"])]),
    .executableTarget(
      name: "demonstration", dependencies: ["Peers"], path: "Tests/EndToEnd/Demonstration",
      swiftSettings: [.swiftLanguageMode(.v6)]),
    tests("EndToEndTests", ["Peers"], path: "Tests/EndToEnd/Suites"),
    .target(name: "CLinux", path: "Benchmarks/CLinux"),
    .target(name: "Benchmarking", path: "Benchmarks/Benchmarking", swiftSettings: tools),
    tests("BenchmarkingTests", ["Benchmarking"]),
    .executableTarget(
      name: "load",
      dependencies: [
        "Benchmarking", "CLinux", .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      path: "Benchmarks/Load", swiftSettings: tools),
    .executableTarget(
      name: "bench", dependencies: ["Benchmarking", "CLinux"], path: "Benchmarks/Bench",
      swiftSettings: tools),
    .executableTarget(
      name: "microbenchmarks",
      dependencies: [
        "Balancing", "Basics", "CLinux", "ConfigurationLanguage", "KernelIO", "Proxies", "Samples",
        "Sessions",
        .product(name: "Benchmark", package: "swift-benchmark"),
      ],
      path: "Benchmarks/Micro", swiftSettings: tools),
  ]
)

// The compiler of Swift 6.3 breaks off over the benchmarks' load generator under ThreadSanitizer.
if Context.environment["SLUICE_SANITIZE"] != nil {
  package.targets.removeAll { ["bench", "load", "microbenchmarks"].contains($0.name) }
}
