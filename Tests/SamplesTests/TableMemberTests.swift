import Testing

@testable import Samples

/// What fetches and converters about stick tables ask.
@Suite struct TableMemberTests {
  /// Answers with what it is asked.
  private final class Recorder: SampleTables {
    var questions: [String] = []
    var reply: SampleValue? = .integer(42)

    private func text(of question: TableQuestion) -> String {
      "\(question)".split(separator: "Samples.StickTableDataType").joined()
    }

    func answer(_ question: TableQuestion, counter: Int, table: Int?) -> SampleValue? {
      questions.append(
        "\(text(of: question)) of counter \(counter) in \(table.map { "\($0)" } ?? "its own")")
      return reply
    }
    func answer(
      _ question: TableQuestion, key: SampleValue, table: Int, adds: Bool
    ) -> SampleValue? {
      let text = String(decoding: key.text, as: UTF8.self)
      questions.append("\(self.text(of: question)) of \(text) in \(table)\(adds ? ", adding" : "")")
      return reply
    }
    func count(table: Int) -> Int64 { 3 }
    func available(table: Int) -> Int64 { 97 }
  }

  private func ask(_ text: String, reply: SampleValue? = .integer(42)) throws -> (
    value: String?, question: String?
  ) {
    var fixture = SampleFixture()
    let recorder = Recorder()
    recorder.reply = reply
    fixture.context.tables = recorder
    var index = 0
    let expression = try fixture.reader.expression(SampleFixture.words(text), &index)
    for reference in fixture.reader.references { reference.proxy = reference.name == "u" ? 8 : 7 }
    let value = expression.evaluate(in: &fixture.context).value
    return (value.map { String(decoding: $0.text, as: UTF8.self) }, recorder.questions.first)
  }

  @Test(
    arguments: [
      ("sc0_conn_rate", "rate(.connectionRate, 0) of counter 0 in its own"),
      ("sc_conn_cnt(2)", "value(.connectionCount, 0) of counter 2 in its own"),
      ("sc2_conn_cur(t)", "value(.connectionsNow, 0) of counter 2 in 7"),
      ("sc_get_gpc(4,1,u)", "value(.gpc, 4) of counter 1 in 8"),
      ("sc_inc_gpc(4,1)", "increment(.gpc, 4) of counter 1 in its own"),
      ("sc1_clr_gpc0", "clear(.gpc0, 0) of counter 1 in its own"),
      ("sc1_key", "key of counter 1 in its own"),
      ("src_conn_rate(t)", "rate(.connectionRate, 0) of 10.1.2.3 in 7"),
      ("src_get_gpt(1,u)", "value(.gpt, 1) of 10.1.2.3 in 8"),
      ("src_inc_gpc1(t)", "increment(.gpc1, 0) of 10.1.2.3 in 7, adding"),
      ("src_clr_gpc0(t)", "clear(.gpc0, 0) of 10.1.2.3 in 7, adding"),
      ("src_updt_conn_cnt(t)", "countConnection of 10.1.2.3 in 7, adding"),
      ("int(5),table_gpc(2,t)", "value(.gpc, 2) of 5 in 7"),
      ("int(5),table_clr_gpc0(t)", "clear(.gpc0, 0) of 5 in 7"),
      ("int(5),table_inc_gpc0(t)", "increment(.gpc0, 0) of 5 in 7, adding"),
      ("str(a),table_kbytes_in(t)", "kilobytes(.bytesInCount) of a in 7"),
      ("str(a),table_server_id(u)", "value(.serverID, 0) of a in 8"),
      ("str(a),table_expire(t,9)", "remainingLife of a in 7"),
    ])
  func everyNameAsksItsQuestion(text: String, question: String) throws {
    let answer = try ask(text)
    #expect(answer.question == question)
    #expect(answer.value == "42")
  }

  @Test func whatIsAbsentHasADefaultWhereOneIsGiven() throws {
    #expect(try ask("str(a),table_expire(t,9)", reply: nil).value == "9")
    #expect(try ask("str(a),table_idle(t)", reply: nil).value == nil)
    #expect(try ask("sc0_conn_rate", reply: nil).value == nil)
    #expect(try ask("table_cnt(t)").value == "3")
    #expect(try ask("table_avl(t)").value == "97")
  }

  @Test func namesThatHAProxyDoesNotHaveAreUnknown() {
    let fixture = SampleFixture()
    let fetches = [
      "sc0_get_gpc", "src_tracked", "sc3_conn_cnt", "sc0_server_id", "src_key", "sc_gpc0",
    ]
    for name in fetches {
      #expect(fixture.problem(name) == "unknown fetch method '\(name)'")
    }
    for name in ["table_get_gpc0", "table_key", "table_tracked", "table_updt_conn_cnt"] {
      #expect(fixture.problem("src,\(name)(t)") == "unknown converter '\(name)'")
    }
  }

  @Test func allNamesOfHAProxyAreThere() {
    let fetches = KnownSamples.fetches.filter {
      $0.hasPrefix("sc_") || $0.hasPrefix("src_") && $0 != "src_port" && $0 != "src_is_local"
    }
    #expect(Set(TableMember.fetchNames) == fetches)
    let converters = KnownSamples.converters.filter { $0.hasPrefix("table_") || $0 == "in_table" }
    #expect(Set(TableMember.converterNames) == converters)
  }
}
