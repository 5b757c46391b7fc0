/// What the command line asked for.
struct Options {
  var sluice = ""
  var haproxy = "/usr/sbin/haproxy"
  var haproxyExtra: String?
  var nginx = "/usr/sbin/nginx"
  var load = ""
  var output = ""
  /// Rebuilds the report of this record instead of measuring.
  var report: String?
  var rounds = 11
  var warmUpMilliseconds = 150
  var windowMilliseconds = 400
  var isQuick = false
  var isChecking = false
  var countsSystemCalls = true
  /// Whether all variants run at once and are loaded in turns.
  var takesTurns: Bool { !isQuick && !isChecking }
  var proxyCore = 0
  var loadCore = 1
  var workloads: [String] = []
  var variants: [String] = []

  static let usage = """
    usage: bench --sluice PROGRAM [options]      measures and writes record.json and report.md
           bench --report RECORD [--output DIR]  writes the report of a record again
      --haproxy PROGRAM, --nginx PROGRAM  the peers; one that is missing is skipped
      --haproxy-extra PROGRAM             one more HAProxy, a row of its own
      --rounds N --warm-up MS --window MS how often and how long (11, 150, 400)
      --workloads A,B --variants A,B      only these
      --quick                             a few workloads, three rounds of short windows
      --check                             compares every byte; the times do not count
      --no-system-calls                   leaves the pass under strace out
      --proxy-core N --load-core N        where the two sides run (0, 1)
      --output DIR                        where to write (Benchmarks/Results)
      --load PROGRAM                      the load program (beside this one)

    """

  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()
    func value(_ name: String) throws -> String {
      guard let word = rest.popFirst() else { throw BenchFailure("\(name) needs a value") }
      return word
    }
    func number(_ name: String) throws -> Int {
      let word = try value(name)
      guard let number = Int(word), number >= 0 else {
        throw BenchFailure("\(name) needs a number, found '\(word)'")
      }
      return number
    }
    while let word = rest.popFirst() {
      switch word {
      case "--sluice": sluice = try value(word)
      case "--haproxy": haproxy = try value(word)
      case "--haproxy-extra": haproxyExtra = try value(word)
      case "--nginx": nginx = try value(word)
      case "--load": load = try value(word)
      case "--output": output = try value(word)
      case "--report": report = try value(word)
      case "--rounds": rounds = max(1, try number(word))
      case "--warm-up": warmUpMilliseconds = try number(word)
      case "--window": windowMilliseconds = max(1, try number(word))
      case "--proxy-core": proxyCore = try number(word)
      case "--load-core": loadCore = try number(word)
      case "--workloads": workloads = try value(word).split(separator: ",").map(String.init)
      case "--variants": variants = try value(word).split(separator: ",").map(String.init)
      case "--check": isChecking = true
      case "--no-system-calls": countsSystemCalls = false
      case "--quick":
        isQuick = true
        (rounds, warmUpMilliseconds, windowMilliseconds) = (3, 200, 500)
        countsSystemCalls = false
      default: throw BenchFailure("unknown option '\(word)'\n\(Options.usage)")
      }
    }
    guard report != nil || !sluice.isEmpty else { throw BenchFailure(Options.usage) }
    let own = arguments.first ?? ""
    let directory = own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    if load.isEmpty { load = (directory + ["load"]).joined(separator: "/") }
  }
}

/// Something that ends the benchmark: a sentence for the user.
struct BenchFailure: Error {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }

  static func call(_ name: String) -> BenchFailure {
    BenchFailure("\(name): \(ErrorText.current)")
  }
}
