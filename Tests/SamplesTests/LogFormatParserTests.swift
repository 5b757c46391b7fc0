@testable import Samples
import Testing

@Suite struct LogFormatParserTests {
  private func parse(_ text: String) throws -> LogFormat { try .parse(Array(text.utf8)) }

  private func message(_ text: String) -> String? {
    do {
      _ = try parse(text)
      return nil
    } catch let error as LogFormat.ParseError {
      return error.message
    } catch {
      return "\(error)"
    }
  }

  /// The pieces, written in a short form of this test's own.
  private func shape(_ text: String) throws -> String {
    let format = try parse(text)
    return format.pieces.map { piece in
      let bytes = format.bytes[Int(piece.text.lowerBound)..<Int(piece.text.upperBound)]
      return switch piece.content {
      case .separator: "_"
      case .literal: "'\(String(decoding: bytes, as: UTF8.self))'"
      case .alias(let alias): "<\(alias.rawValue)>"
      case .sample(let place): "[\(format.expressions[place].keyword)]"
      }
    }.joined()
  }

  @Test func everyAliasIsKnownByItsName() throws {
    for alias in LogAlias.allCases {
      #expect(try shape("%\(alias.rawValue)") == "<\(alias.rawValue)>")
    }
  }

  @Test func everySampleIsKnownByItsName() throws {
    for name in SampleFetch.listedNames {
      let description = try #require(SampleFetch.description(of: name))
      guard description.argumentsMin == 0, description.places.contains(.log) else { continue }
      #expect(try shape("a%[\(name)]b") == "'a'[\(name)]'b'")
    }
  }

  @Test func literalsSeparatorsAndPercentSigns() throws {
    #expect(try shape("a  b%ci:%cp") == "'a'__'b'<ci>':'<cp>")
    #expect(try shape("100%% %%f") == "'100%'_'%f'")
    #expect(try shape("x%-y%.") == "'x-y.'")
    #expect(try shape("%ts--") == "<ts>'--'")
    #expect(try shape("tab\there") == "'tab\there'")
    #expect(try shape("") == "")
  }

  @Test func aliasNameIsTheLongestRunOfLettersAndDigits() throws {
    #expect(try shape("%hrl%hr") == "<hrl><hr>")
    #expect(message("%ci6")?.hasPrefix("no such format alias 'ci6'.") == true)
  }

  @Test func namesAreTakenOffAndKept() throws {
    let format = try parse("a%(client:str)ci")
    #expect(format.pieces[1].type == .string)
    let text = format.pieces[1].text
    #expect(
      Array(format.bytes[Int(text.lowerBound)..<Int(text.upperBound)]) == Array("client".utf8))
    #expect(try shape("%(x)[src]") == "[src]")
    #expect(try shape("%(:sint){+X}cp") == "<cp>")
  }

  @Test func flagsHoldForOneItemUnlessTheyAreGlobal() throws {
    let format = try parse("%{+Q}ci %cp %{+X,-M}o %fi %{-X}fp")
    let options = format.pieces.filter { if case .alias = $0.content { true } else { false } }
      .map(\.options)
    #expect(
      options == [[.mandatory, .quote], [.mandatory], [.hexadecimal], []])
    #expect(try parse("%{+Q}o %{-Q}ci").options == [.mandatory, .quote])
  }

  @Test func globalJSONCannotBeTakenFromAnItem() throws {
    let format = try parse("%{+json}o %(a){-json,+E}ci")
    #expect(format.pieces.last?.options == [.mandatory, .json])
  }

  @Test func theFirstEncodingStays() throws {
    #expect(try parse("%{+json,+cbor}ci").pieces[0].options == [.mandatory, .json])
    #expect(try parse("%{+cbor}o%{+json}ci").pieces[0].options == [.mandatory, .cbor])
    #expect(try parse("%{+json}o%{-json,+cbor}ci").pieces[0].options == [.mandatory, .json])
    #expect(try parse("%{+bin}ci").pieces[0].options == [.mandatory])
    #expect(try parse("%{+cbor,+bin}o%ci").pieces[0].options == [.mandatory, .cbor, .binary])
  }

  @Test func unknownFlagsAreIgnored() throws {
    #expect(try parse("%{+foo,Q}ci").pieces[0].options == [.mandatory])
  }

  @Test func errorsHaveTheReferencesWords() {
    #expect(
      message("%zz")
        == "no such format alias 'zz'. If you wanted to emit the '%' character verbatim, "
        + "you need to use '%%'")
    #expect(
      message("a % b")
        == "unexpected alias name near ' ' at position 3 line : 'a % b'. Maybe you want to write "
        + "a single '%', use the syntax '%%'")
    #expect(message("a%") == "truncated line after '%'")
    #expect(message("%{+Q") == "truncated line after '+Q'")
    #expect(message("%{+Q}") == "parse argument modifier without alias name near '%{+Q}'")
    #expect(message("%{+Q}-") == "parse argument modifier without alias name near '%{+Q}'")
    #expect(message("%[src") == "missing ']' after 'src'")
    #expect(
      message("%(a b)ci")
        == "invalid character in custom name near ' ' at position 3 line : '%(a b)ci'")
    #expect(
      message("%(a:ip)ci")
        == "unexpected output type 'ip' at position 4 line : '%(a:ip)ci'. Supported types are: "
        + "str, sint, bool, raw")
    #expect(message("%(a") == "truncated line after '%'")
    #expect(message("%[fc_saved_syn]")?.contains("not supported by this version") == true)
    #expect(
      message("%[foo] x")
        == "failed to parse sample expression <foo] x> : unknown fetch method 'foo'")
    #expect(message("%[src)]") == "expected ']' after 'src', but found ')'")
    #expect(
      message("%[req.len]")
        == "sample fetch <req.len> may not be reliably used here because it needs 'request buffer' "
        + "which is not available here")
  }

  @Test func aLineIsDueWhenItsLatestItemIsKnown() throws {
    #expect(LogFormat.tcplog.need == .close)
    #expect(LogFormat.tcplogCLF.need == .close)
    for text in ["%ci:%cp", "%s", "%f %b %t %H %pid", "%[src] %[srv_name]", "%bi %si", "text"] {
      #expect(try parse(text).need == .connect, "\(text)")
    }
    for alias in ["Tt", "B", "U", "ts", "Tc", "Tw", "Th", "Td", "ac", "sc", "rc", "bq", "ID"] {
      #expect(try parse("%ci %\(alias)").need == .close, "\(alias)")
    }
  }

  @Test func aliasesThatNeedHTTPAreListed() throws {
    #expect(try parse("%ci %HM %r %f").aliasesThatNeedHTTP == ["HM", "r"])
    #expect(LogFormat.tcplog.aliasesThatNeedHTTP.isEmpty)
  }

  @Test func anyBytesEitherCompileOrAreAnError() {
    var state: UInt64 = 0x5eed
    let alphabet = Array("%{}()[]+-,:QXEMo cistB1 src\"\\".utf8)
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let count = Int(state >> 60) + 1
      var text: [UInt8] = []
      for _ in 0..<count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      do {
        let format = try LogFormat.parse(text)
        for piece in format.pieces { #expect(Int(piece.text.upperBound) <= format.bytes.count) }
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
