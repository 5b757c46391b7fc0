import Testing

@testable import ConfigurationLanguage
@testable import Samples

/// `-dK` tells tools what the program knows, so it must be neither more nor less than that.
@Suite struct KeywordDumpTests {
  private func lines(_ classes: String) -> [String] {
    KeywordDump.text(classes: classes).split(separator: "\n").map(String.init)
  }

  @Test func classesArePrintedInTheOrderOfTheList() {
    #expect(lines("flt,acl").first == "# List of registered filter names:")
    #expect(
      lines("all").filter { $0.hasPrefix("# List") } == [
        "# List of registered ACL keywords:", "# List of registered configuration keywords:",
        "# List of registered CLI keywords:", "# List of registered sample converter functions:",
        "# List of registered filter names:", "# List of registered sample fetch functions:",
        "# List of registered service names:",
      ])
    #expect(lines("help").contains("cnv: sample converter keywords"))
  }

  @Test func whatIsNoClassSaysNothing() {
    #expect(lines("") == [] && lines("nonsense") == [])
    // Everything behind `all` is `all`, as in HAProxy.
    #expect(lines("all,x").count == 2 * lines("all").count)
  }

  @Test func wordsShowHowManyArgumentsTheyTake() {
    let dump = lines("cfg")
    for line in [
      "\tbind <addr> accept-proxy", "\tbind <addr> backlog +1", "\tbind <addr> mode +1",
      "\tserver <name> <addr> backup", "\tserver <name> <addr> inter +1",
      "\tserver <name> <addr> addr +1", "\tserver <name> <addr> source +-1",
      "\toption tcplog [ FE ]", "\toption nolinger [ FE BE ]", "\toption httplog [ FE HTTP ]",
      "\ttcp-request connection expect-proxy", "\ttcp-request content set-var*",
      "\ttcp-response content close", "\tbalance", "\tnbthread",
    ] {
      #expect(dump.contains(line), "\(line)")
    }
    #expect(!dump.contains { $0.hasPrefix("\tbind <addr> process") })
    #expect(!dump.contains("\ttcp-request connection capture"))
  }

  /// A word with an argument swallows what follows, so the parser itself tells the two kinds apart.
  @Test func argumentsAreThoseThatTheParserTakes() throws {
    for name in KeywordTable.bind.names where isThere(KeywordTable.bind.meaning(of: name), name) {
      let listener = read("frontend f\n  bind :1 \(name) accept-proxy\n").configuration.proxies
        .first?.listeners.first
      guard name != "accept-proxy" else { continue }
      #expect(
        (KeywordDump.argument(ofBindWord: name) == "") == (listener?.isAcceptProxy == true),
        "bind \(name)")
    }
    for name in KeywordTable.server.names
    where isThere(KeywordTable.server.meaning(of: name), name) {
      let outcome = read("backend b\n  server s 127.0.0.1:1 \(name) nonsense\n")
      let isRefused = outcome.diagnostics.entries.contains {
        $0.text.contains("unknown keyword 'nonsense'")
      }
      #expect((KeywordDump.argument(ofServerWord: name) == "") == isRefused, "server \(name)")
    }
  }

  private func isThere<Keyword>(
    _ meaning: KeywordTable<Keyword>.Meaning, _ name: String
  ) -> Bool {
    switch meaning {
    case .keyword: !KeywordDump.refused.contains(name)
    case .other(.ignored): true
    case .other(.notSupported), .unknown: false
    }
  }

  @Test func whatIsNotSupportedIsNotPrinted() {
    let dump = lines("cfg")
    for name in KeywordTable.proxy.names {
      guard case .other(.notSupported) = KeywordTable.proxy.meaning(of: name) else { continue }
      #expect(!dump.contains("\t\(name)"), "\(name)")
    }
    for name in ActionName.notSupported {
      #expect(!dump.contains { $0.hasPrefix("\ttcp-") && $0.hasSuffix(" \(name)") }, "\(name)")
    }
    let fetches = Set(
      lines("smp").compactMap { line in
        line.split(separator: "]").last?.drop { $0 == " " }.prefix { $0 != "(" && $0 != ":" }
      })
    let known = Set(SampleFetch.listedNames)
    for name in KnownSamples.fetches where !known.contains(name) {
      #expect(!fetches.contains(Substring(name)), "\(name)")
    }
  }

  /// The page for people and the dump for tools leave the same words out.
  @Test func refusedWordsAreThoseOfThePage() {
    #expect(KeywordDump.refused == Set(KeywordLists.removed + KeywordLists.refused))
  }

  /// HAProxy warns about an option where it has no meaning; what is printed must be where it has one.
  @Test func capabilitiesAreThoseThatTheParserWarnsAbout() {
    for (kind, capability) in [
      ("frontend", ProxyConfiguration.Capabilities.frontend), ("backend", .backend),
    ] {
      for option in SpecialOption.allCases where !option.needsHTTP {
        let outcome = read("\(kind) a\n  option \(option.rawValue)\n")
        let isMisplaced = outcome.diagnostics.entries.contains {
          $0.text.contains("has no \(kind == "frontend" ? "backend" : "frontend") capability")
        }
        // Of some options HAProxy says nothing wherever they stand.
        if isMisplaced { #expect(!option.capabilities.contains(capability), "\(kind) \(option)") }
      }
    }
  }

  @Test func expressionsShowTypesAndPlaces() {
    let converters = lines("cnv")
    for line in [
      "add(string): sint => sint", "hex2i: sint => str",
      "map_ip_int(string[,integer]): sint => addr",
    ] {
      #expect(converters.contains(line), "\(line)")
    }
    let fetches = lines("smp")
    #expect(fetches.count { $0.hasPrefix("#") } == 25)
    #expect(
      fetches.contains("[ . . Y . . Y Y . . Y Y . . . . . . . . . . . ] req.ssl_sni: str"))
    #expect(lines("acl").contains("req_ssl_sni = req.ssl_sni -m str"))
    #expect(lines("acl").contains("payload = req.payload -m bin"))
  }

  /// Some stand for a fetch that has another name.
  @Test func wordsOfAccessListsCanBeRead() {
    let names = lines("acl").dropFirst().map { String($0.prefix { $0 != " " }) }
    #expect(names.count == 9)
    for name in names {
      let arguments = name.hasPrefix("payload") ? "(0,1)" : ""
      let outcome = read("frontend f\n  acl a \(name)\(arguments) 10\n")
      #expect(!outcome.diagnostics.hasErrors, "\(name): \(outcome.diagnostics.entries)")
    }
  }
}
