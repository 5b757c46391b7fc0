/// The conditions of `.if`, `.elif` and `-cc`. HAProxy manual, section 2.4.
public enum ConfigurationCondition {
  /// Why a condition cannot be evaluated.
  public struct Problem: Error, Hashable, Sendable {
    /// HAProxy's message.
    public var message: String
    /// The index of the byte that it is about.
    public var position: Int
  }

  /// Evaluates a condition whose quotes and variables are already resolved.
  ///
  /// - Parameters:
  ///   - text: the condition; an empty one is false.
  ///   - environment: what `defined()` looks into.
  ///   - facts: what the other predicates are answered from.
  /// - Returns: whether it holds, or why that cannot be told.
  public static func evaluate(
    _ text: [UInt8], environment: Environment, facts: ConditionFacts
  ) -> Result<Bool, Problem> {
    guard !text.isEmpty, text[0] != 0 else { return .success(false) }
    do throws(Problem) {
      var parser = ConditionParser(text)
      let expression = try parser.parse()
      let evaluator = ConditionEvaluator(environment: environment, facts: facts)
      do throws(ConditionEvaluator.Failure) {
        return .success(try evaluator.holds(expression))
      } catch {
        throw Problem(message: error.message, position: parser.index)
      }
    } catch {
      return .failure(error)
    }
  }

  /// Evaluates the argument of `-cc`: the words of a configuration line without comments.
  ///
  /// - Parameters:
  ///   - argument: the argument as the shell gave it.
  ///   - environment: what `defined()` looks into and variables expand from.
  ///   - facts: what the other predicates are answered from.
  /// - Returns: whether it holds (exit status 0 or 1), or the whole text of the alert (2).
  public static func check(
    _ argument: String, environment: Environment, facts: ConditionFacts
  ) -> Result<Bool, CommandLineProblem> {
    var splitter = LineSplitter(
      argument.utf8,
      variables: .init(environment: environment, file: nil, line: 0, section: nil),
      hasComments: false)
    do throws(SplitFault) {
      let condition = try splitter.split().merged(from: 0)
      return evaluate(condition, environment: environment, facts: facts).mapError {
        CommandLineProblem(message: "Failed to evaluate condition: \($0.message)")
      }
    } catch {
      return .failure(CommandLineProblem(error))
    }
  }

  /// Why the argument of `-cc` cannot be evaluated.
  public struct CommandLineProblem: Error, Hashable, Sendable {
    /// The whole text of the alert.
    public let message: String

    init(message: String) { self.message = message }

    init(_ fault: SplitFault) {
      if case .tooManyWords = fault {
        message = "Error in condition: Too many words."
      } else {
        let phrase = fault.phrase
        message =
          "Syntax Error in condition: \(phrase.prefix(1).uppercased())\(phrase.dropFirst())."
      }
    }
  }
}
