import Basics
import HealthChecks
import Samples

/// Whatever a checked server says, in whatever pieces, a check ends by the end of the connection,
/// keeps no more than its buffer, and never traps. The first byte of the input chooses the check,
/// the second how the rest is cut into pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 2 else { return 0 }
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let program = programs[Int(input[0]) % programs.count]
  let pieceMax = Int(input[1] % 64) + 1
  var rest = input[2...]
  var run = CheckRun(
    program, facts: CheckFacts(),
    inputMax: inputMax)
  var demand: CheckRun.Demand? = run.start()
  var hasEnded = false
  var turns = 0
  while true {
    turns += 1
    precondition(turns < 2 * input.count + 100, "a check goes on without end")
    switch demand {
    case .connect: demand = run.connected()
    case .send:
      precondition(!run.output.isEmpty && run.output.count < inputMax, "sends what it may not")
      demand = run.sent()
    case .receive, nil:
      precondition(!hasEnded, "waits for what cannot come")
      let room = run.roomForInput
      precondition(room > 0, "waits with a full buffer")
      let piece = rest.prefix(min(pieceMax, room))
      rest = rest.dropFirst(piece.count)
      if piece.isEmpty {
        hasEnded = true
        demand = run.ended()
      } else {
        demand = run.received(piece)
      }
      precondition(run.roomForInput >= 0, "keeps more than its buffer")
    case .end(let outcome):
      precondition(outcome.infoBytes.count <= 127, "says too much")
      _ = outcome.reason
      return 0
    case .agent(let reply):
      _ = reply.outcome(warning: nil).reason
      return 0
    }
  }
}

private let inputMax = 512

/// LeakSanitizer takes the programs below for lost: enums keep tags in the pointers to them.
@_cdecl("__lsan_is_turned_off")
public func leaksAreNotSought() -> CInt { 1 }

/// One of every kind.
private let programs: [CheckProgram] = {
  let user = Array("haproxy".utf8)
  return [
    BuiltInChecks.redis, BuiltInChecks.ssl, BuiltInChecks.ldap, BuiltInChecks.spop,
    BuiltInChecks.smtp(command: Array("HELO x".utf8)), BuiltInChecks.pgsql(user: user),
    BuiltInChecks.mysql(user: nil), BuiltInChecks.mysql(user: (user, .since41)),
    BuiltInChecks.agent(string: []), http(.status([200...399])), http(.body(Array("ok".utf8))),
    http(
      .header(
        HeaderPattern(
          name: .init(.contained, CheckText(literal: Array("x".utf8))),
          value: .init(.ending, CheckText(literal: Array("y".utf8))), isWhole: false))),
    tcp(isNegated: false), tcp(isNegated: true),
    http(.statusExpression(regex("^2..$"))), http(.bodyExpression(regex("(a+b?)+c"))),
    http(
      .header(
        HeaderPattern(name: .init(regex("^x-")), value: .init(regex("[0-9]{2}$")), isWhole: true))),
    expressions(),
  ]
}()

private func regex(_ pattern: String) -> RegularExpression {
  do {
    return try RegularExpression(Array(pattern.utf8), ignoresCase: true)
  } catch {
    preconditionFailure(error.message)
  }
}

/// Regular expressions, texts and variables that come from what a server said.
private func expressions() -> CheckProgram {
  let name = VariableName(.check, "heard")
  var steps: [CheckProgram.Step] = [
    .init(.expect(CheckExpectation(.expression(regex("^(a|ab)*c")))), number: 1)
  ]
  if let heard = try? SampleExpression.ofCheck(Array("res.payload_lv(0,1)".utf8)),
    let text = try? CheckText.parse(Array("%[var(check.heard),hex]%[res.len]".utf8))
  {
    steps += [
      .init(.setVariable(name, [], heard), number: 2),
      .init(.send(.text(text)), number: 3),
      .init(.expect(CheckExpectation(.text(text))), number: 4),
      .init(.unsetVariable(name), number: 5),
      .init(.expect(CheckExpectation(.hexadecimalExpression(regex("^(00)+FF")))), number: 6),
    ]
  }
  return CheckProgram(.tcp, steps)
}

private func http(_ pattern: CheckExpectation.Pattern) -> CheckProgram {
  CheckProgram(
    .http,
    [
      .init(.send(.http(HTTPCheckRequest())), number: 1),
      .init(.expect(CheckExpectation(pattern)), number: 2),
    ])
}

private func tcp(isNegated: Bool) -> CheckProgram {
  var first = CheckExpectation(.string(Array("ab".utf8)))
  first.isNegated = isNegated
  first.bytesMin = isNegated ? 1 : nil
  first.onError = try? CheckText.parse(Array("%[res.payload(1,0),ltrim(' '),cut_crlf,hex]".utf8))
  first.statusCode = try? .ofCheck(Array("res.payload(0,3)".utf8))
  return CheckProgram(
    .tcp,
    [
      .init(.expect(first), number: 1),
      .init(.expect(CheckExpectation(.binary([0, 0]))), number: 2),
      .init(.send(.bytes([1])), number: 3),
      .init(.expect(CheckExpectation(.string(Array("c".utf8)))), number: 4),
    ])
}
