import Basics
import Testing

@testable import ConfigurationLanguage

/// Words of `global` about processors, threads, rates and files, and of proxies about captures.
@Suite struct ProcessWordTests {
  private func global(
    _ lines: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) -> GlobalConfiguration {
    let outcome = read("global\n" + lines + "\n")
    #expect(outcome.diagnostics.entries == [], sourceLocation: sourceLocation)
    return outcome.configuration.global
  }

  private func problem(_ line: String) -> String? {
    let prefix = "config : parsing [f.cfg:2] : "
    let text = read("global\n\(line)\n").diagnostics.entries.first?.text
    return text.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
  }

  private func processors(_ lines: String) -> [Int: [Int]] {
    global(lines).processors.ofThread.mapValues { $0.numbers.sorted() }
  }

  @Test func threadsAreMappedToProcessors() {
    #expect(processors("cpu-map 1/1-2 0-1") == [1: [0, 1], 2: [0, 1]])
    #expect(processors("cpu-map auto:1/1-3 0-1,5") == [1: [0], 2: [1], 3: [5]])
    #expect(processors("cpu-map 1/1 3\ncpu-map all/2 0-1 4") == [1: [3], 2: [0, 1, 4]])
    #expect(processors("cpu-map 1 0")[64] == [0])
    #expect(processors("cpu-map odd/even 7").keys.sorted() == Array(stride(from: 2, to: 65, by: 2)))
    // Groups that are not there are ignored.
    #expect(processors("cpu-map 2/1 0") == [:])
  }

  @Test(arguments: [
    (
      "cpu-map 1",
      "cpu-map expects a thread group number  ('all', 'odd', 'even', a number from 1 to 64 or a "
        + "range),  followed by a list of CPU ranges with numbers from 0 to 63."
    ),
    ("cpu-map x 1", "cpu-map : 'x' is not a valid number/range."),
    (
      "cpu-map 1/65 1",
      "cpu-map : '65' is not a valid number/range. It supports numbers from 1 to 64.\n"
    ),
    ("cpu-map 1/1 x", "cpu-map : 'x' is not a CPU range."),
    ("cpu-map 1/1 4096", "cpu-map : supports CPU numbers from 0 to 1023."),
    (
      "cpu-map auto:1/1-3 0-1",
      "cpu-map : TGROUP/THREAD range and CPU sets must have the same size to be automatically bound"
    ),
    ("cpu-set drop-cpu", "'cpu-set drop-cpu': missing CPU set\n."),
    ("cpu-set only-cpu x", "'cpu-set only-cpu': 'x' is not a CPU range.\n."),
    (
      "cpu-set drop-node 1",
      "'cpu-set drop-node' is known but not supported by this version of Sluice."
    ),
    (
      "cpu-policy performance",
      "'cpu-policy performance' is known but not supported by this version of Sluice."
    ),
    ("thread-hard-limit 0", "'thread-hard-limit' value must be at least 1 (was 0)"),
    (
      "thread-hard-limit x",
      "'thread-hard-limit' passed a missing or unparsable integer value in 'x'"
    ),
    ("thread-group 2 1", "'thread-group 2' is known but not supported by this version of Sluice."),
    (
      "thread-group 1 0-3",
      "'thread-group 1' passed an unparsable or invalid thread number '0-3' (valid range is 1 to "
        + "1024)"
    ),
    ("maxconnrate", "'maxconnrate' expects an integer argument."),
    (
      "tune.renice.runtime 20",
      "'tune.renice.runtime' only supports values between -20 and 19 inclusive (was given 20)"
    ),
    (
      "setcap cap_chown",
      "'setcap' : unsupported capability 'cap_chown'. Supported ones are: cap_net_raw, "
        + "cap_net_admin, cap_net_bind_service and cap_sys_admin."
    ),
    (
      "default-path here",
      "unsupported default-path mode 'here' for 'default-path', supported modes include 'current', "
        + "'config', 'parent', and 'origin'."
    ),
    ("default-path origin", "'default-path origin' expects a directory as an argument."),
    ("localpeer", "'localpeer' expects a name as an argument.\n"),
    ("prealloc-fd now", "'prealloc-fd' cannot handle unexpected argument 'now'."),
  ]) func whatIsWrongIsToldInHAProxysWords(line: String, message: String) {
    #expect(problem(line) == message)
  }

  @Test func processorsAreChosen() {
    let choice = global("cpu-set only-cpu 0-7 drop-cpu 2,4-5\ncpu-set only-cpu 1-9").processors
    #expect(choice.isRestricted && !choice.isReset)
    #expect(choice.remaining(of: Set(0...15)) == [1, 3, 6, 7])
    #expect(global("cpu-set reset").processors.isReset)
    #expect(!global("cpu-map 1 0").processors.isRestricted)
  }

  @Test func numbersAreKept() {
    let outcome = global(
      """
      maxconnrate 100
      maxsessrate 50
      thread-hard-limit 3
      thread-group 1 1-4
      cpu-policy none
      prealloc-fd
      setcap cap_net_admin,cap_net_raw
      tune.renice.runtime -5
      tune.renice.startup 10
      tune.notsent-lowat.client 16k
      tune.notsent-lowat.server 8k
      tune.sndbuf.backend 64k
      """)
    #expect(outcome.connectionRateMax == 100 && outcome.sessionRateMax == 50)
    #expect(outcome.threadLimit == 3 && outcome.preallocatesDescriptors)
    #expect(outcome.keptCapabilities == 1 << 12 | 1 << 13)
    #expect(outcome.tune.niceness == -5)
    #expect(outcome.tune.notSentClient == 16384 && outcome.tune.notSentServer == 8192)
    #expect(outcome.tune.sendBufferLog == 65536)
  }

  @Test func aPeersNameIsSeenFromThereOn() {
    let outcome = read(
      """
      global
        localpeer me
        description "${HAPROXY_LOCALPEER}"

      """)
    #expect(outcome.configuration.global.description == "me")
  }

  @Test(arguments: [
    ("current", "x/f.cfg", "list"), ("config", "x/f.cfg", "x/list"), ("config", "f.cfg", "list"),
    ("parent", "x/y/f.cfg", "x/y/../list"), ("parent", "f.cfg", "../list"),
    ("origin /etc/a", "x/f.cfg", "/etc/a/list"),
  ]) func filesAreLookedForWhereItSays(mode: String, file: String, expected: String) {
    let text = """
      global
        default-path \(mode)
      frontend f
        bind :80
        acl a src -f list
        acl b src -f /list

      """
    final class Names: @unchecked Sendable { var all: [String] = [] }
    let names = Names()
    let reader = ConfigurationReader(
      identity: .init(sluiceVersion: "0.1.0", localPeer: "peer"),
      loader: { name in
        names.all.append(name)
        return []
      })
    _ = reader.read([ConfigurationFile(name: file, text: text)], environment: Environment())
    #expect(names.all == [expected, "/list"])
  }

  @Test func placesForCapturesAreDeclared() {
    let outcome = read(
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend f
        bind :80
        declare capture request len 8
        declare capture response len 99999
        tcp-request content capture src len 20
        declare capture request len 3
        tcp-request content set-var(txn.a) src,capture-req(0)

      """)
    #expect(outcome.diagnostics.entries == [])
    let proxy = outcome.configuration.proxies[0]
    #expect(proxy.requestCaptures == [8, 20, 3])
    #expect(proxy.responseCaptures == [65536])
    guard case .capture(_, bytesMax: 20, index: 1)? = proxy.contentRules.rules.first?.action else {
      Issue.record("not the second place")
      return
    }
  }

  @Test(arguments: [
    (
      "declare", "'declare' needs a second keyword that specify the type of declaration ('capture')"
    ),
    ("declare capture", "'declare capture' requires a direction ('request' or 'response')"),
    ("declare capture request", "'declare capture' requires a capture length ('len')"),
    (
      "declare capture request len",
      "'declare capture': 'len' requires a numeric value that represents the capture length"
    ),
    ("declare capture request len x", "'declare capture': cannot parse the length 'x'."),
    ("declare capture request len 0", "length must be > 0"),
    ("error-log-format", "error-log-format expects an argument."),
    (
      "error-log-format a b",
      "error-log-format expects only one argument, don't forget to escape spaces!"
    ),
    (
      "tcp-request content capture src id 0",
      "'tcp-request content capture' : a positive 'len' argument is mandatory"
    ),
    ("tcp-request session attach-srv a/b", "attach-srv rule requires HTTP proxy mode"),
    (
      "tcp-request content set-retries 101",
      "expects an expression or an integer between 1 and 100"
    ),
    ("tcp-request content set-nice", "expects exactly 1 argument (integer value)"),
  ]) func wrongWordsOfProxiesAreTold(line: String, message: String) {
    let outcome = read("listen l\n  bind :80\n  \(line)\n")
    #expect(
      outcome.diagnostics.entries.contains {
        $0.level == .alert && $0.text == "config : parsing [f.cfg:3] : \(message)"
      }, "\(outcome.diagnostics.entries.map(\.text))")
  }

  @Test func wordsWithoutEffectAreAccepted() {
    let outcome = read(
      """
      global
        busy-polling
        no-memory-trimming
        tune.maxrewrite 1024
        cluster-secret x
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen l
        bind :80 nice 5 shards by-thread severity-output string expose-fd listeners label x level admin
        tcp-request content set-nice -5
        tcp-response content set-nice 5 if TRUE
        server s 127.0.0.1:81

      """)
    #expect(outcome.diagnostics.entries == [])
  }
}
