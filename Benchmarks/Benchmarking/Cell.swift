/// One window of one variant under one workload.
///
/// In a record it is a row of values in the order of `columns`: there are thousands of them, and
/// names would be most of the file.
public struct Cell: Codable, Sendable, Equatable {
  public var workload: String
  public var variant: Variant
  public var round: Int
  public var result: LoadResult

  public init(workload: String, variant: Variant, round: Int, result: LoadResult) {
    self.workload = workload
    self.variant = variant
    self.round = round
    self.result = result
  }

  /// What the values of a row are, in their order.
  public static var columns: [String] {
    ["workload", "variant", "round"] + counts.map(\.name) + measures.map(\.name)
      + ["failure", "placement"]
  }

  private static var counts: [(name: String, path: WritableKeyPath<LoadResult, Int>)] {
    [
      ("messages", \.messages), ("bytes", \.bytes), ("allMessages", \.allMessages),
      ("allBytes", \.allBytes), ("allConnections", \.allConnections),
      ("voluntarySwitches", \.voluntarySwitches),
      ("involuntarySwitches", \.involuntarySwitches), ("threads", \.threads),
      ("latencies", \.latencies), ("residentBytesBefore", \.residentBytesBefore),
      ("residentBytesAfter", \.residentBytesAfter), ("kernelBytesBefore", \.kernelBytesBefore),
      ("kernelBytesAfter", \.kernelBytesAfter), ("bulkBytes", \.bulkBytes),
    ]
  }

  private static var measures: [(name: String, path: WritableKeyPath<LoadResult, Double>)] {
    [
      ("seconds", \.seconds), ("proxySeconds", \.proxySeconds), ("loadSeconds", \.loadSeconds),
      ("p50", \.p50), ("p99", \.p99), ("p999", \.p999),
    ]
  }

  public init(from decoder: any Decoder) throws {
    var row = try decoder.unkeyedContainer()
    workload = try row.decode(String.self)
    variant = try row.decode(Variant.self)
    round = try row.decode(Int.self)
    result = LoadResult()
    for count in Cell.counts { result[keyPath: count.path] = try row.decode(Int.self) }
    for measure in Cell.measures { result[keyPath: measure.path] = try row.decode(Double.self) }
    result.failure = try row.decodeIfPresent(String.self)
    result.placement = try row.decodeIfPresent(Placement.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var row = encoder.unkeyedContainer()
    try row.encode(workload)
    try row.encode(variant)
    try row.encode(round)
    for count in Cell.counts { try row.encode(result[keyPath: count.path]) }
    for measure in Cell.measures { try row.encode(result[keyPath: measure.path]) }
    try row.encode(result.failure)
    try row.encode(result.placement)
  }
}
