import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// What the rules of a list do, one after the other.
extension Worker where K: ~Copyable {
  // MARK: Evaluating

  /// Evaluates rules in order until one is final.
  mutating func run(
    _ rules: [TCPRule], from start: Int, _ stage: RuleStage, _ slot: SlotPointer,
    _ expected: inout ExpectedHeaders
  ) -> RuleOutcome {
    // A rule that waited for its key goes on; whatever stands before it has been carried out.
    let resumed = slot.value.waitingRule
    slot.value.waitingRule = -1
    for index in max(start, Int(resumed))..<max(start, rules.count) {
      let rule = rules[index]
      if let condition = rule.condition, index != Int(resumed) {
        switch condition.evaluate(in: &samples) {
        case .pass: break
        case .fail: continue
        case .miss: return .wait
        }
      }
      let final: RuleOutcome
      switch rule.action {
      case .accept: final = .pass
      case .reject: final = .reject
      case .close: final = .close
      case .silentDrop(let timeToLive): final = .drop(timeToLive: timeToLive)
      case .expectProxy:
        expected.insert(.proxy)
        continue
      case .expectClientAddress:
        expected.insert(.clientAddress)
        continue
      case .track(let counter, let expression, let table):
        guard track(counter, expression, table: table.proxy, slot) else {
          slot.value.waitingRule = Int32(index)
          return .wait
        }
        continue
      default:
        apply(rule.action, stage, slot)
        continue
      }
      samples.lastRule = rule.place
      return final
    }
    return .pass
  }

  /// Carries out an action after which the next rule is evaluated.
  private mutating func apply(
    _ action: TCPRule.Action, _ stage: RuleStage, _ slot: SlotPointer
  ) {
    switch action {
    case .accept, .reject, .close, .silentDrop, .expectProxy, .expectClientAddress, .track: break
    case .setSource(let expression):
      guard let ip = address(expression), let old = slot.value.clientAddress else { return }
      set(source: SocketAddress(ip: ip, port: old.port), stage, slot)
    case .setSourcePort(let expression):
      guard let port = number(expression), let old = slot.value.clientAddress else { return }
      set(source: SocketAddress(ip: old.ip, port: UInt16(truncatingIfNeeded: port)), stage, slot)
    case .setDestination(let expression):
      guard let ip = address(expression), let old = frontendAddress(slot) else { return }
      set(destination: SocketAddress(ip: ip, port: old.port), stage, slot)
    case .setDestinationPort(let expression):
      guard let port = number(expression), let old = frontendAddress(slot) else { return }
      set(
        destination: SocketAddress(ip: old.ip, port: UInt16(truncatingIfNeeded: port)), stage,
        slot)
    case .setVariable(let name, let conditions, let expression):
      guard let value = expression.evaluate(in: &samples).value else { return }
      samples.set(name, to: value, if: conditions)
    case .setVariableFormat(let name, let conditions, let format):
      samples.set(name, to: .string(text(of: format, slot)), if: conditions)
    case .unsetVariable(let name): samples.set(name, to: nil)
    case .setLogLevel(let level):
      slot.value.logLevel = level.flatMap { LogLevel(rawValue: $0) }.map { .level($0) } ?? .silent
    case .setMark(let side, let number):
      guard let value = self.number(number) else { return }
      if side == .client {
        kernel.set(.mark(value), on: slot.value[.client].socket)
      } else {
        self[rules: slot].serverMark = value
      }
    case .setTypeOfService(let side, let number):
      guard let value = self.number(number).map({ UInt8(truncatingIfNeeded: $0) }) else { return }
      if side == .client {
        setTypeOfService(value, on: slot.value[.client].socket)
      } else {
        self[rules: slot].serverTypeOfService = value
      }
    case .setPriorityClass(let expression):
      guard let value = number(expression) else { return }
      slot.value.priority.setClass(value)
      samples.priorityClass = Int64(slot.value.priority.classNumber)
    case .setPriorityOffset(let expression):
      guard let value = number(expression) else { return }
      slot.value.priority.setOffset(value)
      samples.priorityOffset = Int64(slot.value.priority.offsetMilliseconds)
    case .capture(let expression, let bytesMax, let index):
      guard let text = expression.evaluate(in: &samples).value?.text else { return }
      while samples.captures.count <= index { samples.captures.append(nil) }
      samples.captures[index] = Array(text.prefix(bytesMax))
    case .addToCounter(let element, let number):
      guard let amount = self.number(number) else { return }
      stickCounters.add(
        amount, to: element.type, element.element, counter: element.counter,
        of: slot.value.tracking)
    case .setTag(let element, let number):
      guard let value = self.number(number) else { return }
      stickCounters.set(
        element.type, element.element, to: value, counter: element.counter,
        of: slot.value.tracking)
    case .setRetries(let number):
      guard let value = self.number(number), value <= 100 else { return }
      slot.value.retriesMax = Int8(value)
    case .setNice: break
    }
  }

  private mutating func address(_ expression: SampleExpression) -> IPAddress? {
    expression.evaluate(in: &samples).value?.address
  }

  private mutating func number(_ expression: SampleExpression) -> Int64? {
    expression.evaluate(in: &samples).value?.number
  }

  private mutating func number(_ number: TCPRule.Number) -> UInt32? {
    switch number {
    case .fixed(let value): value
    case .expression(let expression):
      self.number(expression).map { UInt32(truncatingIfNeeded: $0) }
    }
  }

  private mutating func set(
    source: SocketAddress, _ stage: RuleStage, _ slot: SlotPointer
  ) {
    if stage != .connection, self[rules: slot].connectionSource == nil {
      self[rules: slot].connectionSource = slot.value.clientAddress
    }
    slot.value.clientAddress = source
    samples.source = source
    if stage == .connection { samples.connectionSource = source }
  }

  private mutating func set(
    destination: SocketAddress, _ stage: RuleStage, _ slot: SlotPointer
  ) {
    if stage != .connection, self[rules: slot].connectionDestination == nil {
      self[rules: slot].connectionDestination = frontendAddress(slot)
    }
    slot.value.frontendAddress = destination
    samples.destination = destination
    if stage == .connection { samples.connectionDestination = destination }
  }

  private mutating func setTypeOfService(_ value: UInt8, on socket: Descriptor) {
    let family = kernel.localAddress(of: socket)?.ip.family ?? .v4
    kernel.set(.typeOfService(family, value), on: socket)
  }

  /// Applies what rules said about the connection to the server.
  mutating func applySocketOptions(_ slot: SlotPointer, to socket: Descriptor) {
    guard let rules = ruleStates[slot.index] else { return }
    if let mark = rules.serverMark { kernel.set(.mark(mark), on: socket) }
    if let value = rules.serverTypeOfService {
      let server = state.backends[Int(slot.value.backend)].servers[Int(slot.value.server)]
      let family = server.address?.ip.family ?? slot.value.frontendAddress?.ip.family ?? .v4
      kernel.set(.typeOfService(family, value), on: socket)
    }
  }
}
