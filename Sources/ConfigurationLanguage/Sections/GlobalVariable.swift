import Basics
import Samples

/// `set-var` and `set-var-fmt` of `global`: evaluated once, while the configuration is read. HAProxy
/// manual, section 3.1.
extension ConfigurationDraft {
  mutating func readGlobalVariable(_ statement: Statement, _ keyword: GlobalKeyword) {
    let isFormat = keyword == .setVariableFormat
    do {
      guard !statement[1].isEmpty, !statement[2].isEmpty else {
        throw SampleError(
          "'\(statement[0])' requires a process-wide variable name ('proc.<name>') and a "
            + (isFormat ? "format string." : "sample expression."))
      }
      let name = try VariableName.parse(statement[1])
      let value = try isFormat ? formattedValue(statement) : expressionValue(statement)
      guard name.scope == .process else {
        throw SampleError(
          "'\(statement[0])': cannot set variable '\(statement[1])', only scope 'proc' is permitted in "
            + "the global section.")
      }
      if let value { global.variables[name] = value }
    } catch let error as SampleError {
      diagnostics.alert(at: statement.location, error.message)
    } catch {
      preconditionFailure("expressions and formats fail with what is wrong")
    }
  }

  private func globalReader(_ statement: Statement) -> SampleReader {
    let reader = SampleReader(load: loader(for: statement.location.file))
    (reader.file, reader.line) = (statement.location.file, statement.location.line)
    return reader
  }

  private func globalContext() -> SampleContext {
    var context = SampleContext()
    context.sources = ReadingSources(
      variables: global.variables, environment: environment.variables)
    return context
  }

  private func expressionValue(_ statement: Statement) throws(SampleError) -> SampleValue? {
    var index = 2
    let expression = try globalReader(statement).expression(
      statement.allBytes(from: 0), &index)
    guard expression.fetch.places.contains(.configuration) else {
      throw SampleError(
        "fetch method '\(statement[2])' extracts information from "
          + "'\(expression.fetch.originNames)', none of which is available here")
    }
    var context = globalContext()
    return expression.evaluate(in: &context).value
  }

  private func formattedValue(_ statement: Statement) throws(SampleError) -> SampleValue? {
    let format: LogFormat
    do {
      format = try LogFormat.parse(
        statement.bytes(2), at: .configuration, reader: globalReader(statement))
    } catch {
      throw SampleError(error.message)
    }
    var context = globalContext()
    guard let text = format.text(in: &context) else {
      throw SampleError(notSupported("\(statement[0]) with an alias"))
    }
    return .string(text)
  }
}

/// What expressions are answered from while the configuration is read.
private final class ReadingSources: SampleSources {
  func captureRoom(of proxy: Int, isRequest: Bool) -> [Int] { [] }
  private let variables: [VariableName: SampleValue]
  private let environment: [String: String]
  let hostname: [UInt8] = []

  init(variables: [VariableName: SampleValue], environment: [String: String]) {
    self.variables = variables
    self.environment = environment
  }

  func count(_ counter: SampleCounter, proxy: Int, member: Int) -> Int64? { nil }
  func name(proxy: Int) -> [UInt8] { [] }
  func name(proxy: Int, server: Int) -> [UInt8] { [] }
  func name(proxy: Int, listener: Int) -> [UInt8] { [] }
  func defaultBackend(of proxy: Int) -> Int? { nil }
  func proxy(named name: String, isFrontend: Bool) -> Int? { nil }
  func server(named name: String, in proxy: Int) -> Int? { nil }
  func environment(_ name: String) -> [UInt8]? { environment[name].map { Array($0.utf8) } }
  func isLocal(_ address: IPAddress) -> Bool { false }
  func variable(_ name: VariableName) -> SampleValue? { variables[name] }
  func set(_ name: VariableName, to value: SampleValue?) {}
}
