import Peers

/// Regular expressions, log-format strings and variables in the rules of health checks.
extension CheckDialogueTests {
  static let expressions: [Case] = [
    Case(
      .says("220 ready\r\n"), "option tcp-check", "tcp-check send x",
      "tcp-check expect rstring \"^2[0-9]{2} r.*y\"",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"(tcp-check)\""),
    Case(
      .says("420 ready\r\n"), "option tcp-check", "tcp-check send x",
      "tcp-check expect rstring ^2[0-9]{2} comment first",
      log: "failed, reason: Layer7 invalid response, info: \"TCPCHK did not match content (regex) "
        + "at step 2 comment: first\""),
    Case(
      .says("220 ready\r\n"), "option tcp-check", "tcp-check send x",
      "tcp-check expect ! rstring ^2[0-9]{2} min-recv 3",
      log: "failed, reason: Layer7 invalid response, info: \"TCPCHK matched unwanted content "
        + "(regex) at step 2\""),
    Case(
      .says("", then: .stay), "option tcp-check", "tcp-check send x", "tcp-check expect rstring a",
      log: "failed, reason: Layer7 timeout, info: \" at step 2 of tcp-check (expect regex)\""),
    Case(
      .says("", then: .stay), "option tcp-check", "tcp-check send x", "tcp-check expect rbinary 00",
      log: "failed, reason: Layer7 timeout, info: \" at step 2 of tcp-check (expect binary regex)\""
    ),
    Case(
      .init([[0, 0xff, 0x0a]]), "option tcp-check", "tcp-check send x",
      "tcp-check expect rbinary ^00(FF|EE)0A$",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"(tcp-check)\""),
    Case(
      .init([[0, 0xff, 0x0a]]), "option tcp-check", "tcp-check send x",
      "tcp-check expect rbinary ^00ff",
      log: "failed, reason: Layer7 invalid response, info: \"TCPCHK did not match content (binary "
        + "regex) at step 2\""),
    Case(
      .says(ok), "option httpchk", "http-check expect rstatus ^2.0$",
      log: "succeeded, reason: Layer7 check passed, code: 200"),
    Case(
      .says(sorry), "option httpchk", "http-check expect rstatus ^2",
      log: "failed, reason: Layer7 wrong status, code: 503, info: \"Sorry\""),
    Case(
      .says(ok), "option httpchk", "http-check expect ! rstatus ^2 on-error \"not that\"",
      log: "failed, reason: Layer7 wrong status, code: 200, info: \"not that\""),
    Case(
      .says(ok), "option httpchk GET /", "http-check expect rstring ^h.l+o$",
      log: "succeeded, reason: Layer7 check passed, code: 200"),
    Case(
      .says(ok), "option httpchk GET /", "http-check expect ! rstring h.l",
      log: "failed, reason: Layer7 invalid response, info: \"HTTP check matched unwanted content\""),
    Case(
      .says(ok), "option httpchk", "http-check expect hdr name -m reg ^x-. value -m reg ^[cd]$",
      log: "succeeded, reason: Layer7 check passed, code: 200"),
    Case(
      .says(ok), "option httpchk", "http-check expect fhdr name -m reg ^X-A value -m reg ^[cd]$",
      log: "failed, reason: Layer7 wrong status, code: 200, info: \"OK\""),
    Case(
      .says("hello s!"), "option tcp-check", "tcp-check set-var(check.who) srv_name",
      "tcp-check set-var-fmt(check.text) \"hello %[var(check.who)]\"", "tcp-check connect",
      "tcp-check send x",
      "tcp-check expect string-lf %[var(check.text)]! on-success \"%[var(check.text),upper]  "
        + "%[int(6),mul(7)]\" status-code int(6),mul(7)",
      log: "succeeded, reason: Layer7 check passed, code: 42, info: \"HELLO S  42\""),
    Case(
      .says("hello"), "option tcp-check", "tcp-check set-var(check.a) str(hello)",
      "tcp-check unset-var(check.a)", "tcp-check send x",
      "tcp-check expect string-lf %[var(check.a)]",
      log: "failed, reason: Layer7 invalid response, info: \"log-format string evaluated to an "
        + "empty string\""),
    Case(
      .says("abc"), "option tcp-check", "tcp-check send x", "tcp-check expect string b",
      "tcp-check set-var(check.b) res.payload(1,1)",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"(tcp-check)\""),
    Case(
      .says("", then: .stay), "option tcp-check",
      "tcp-check set-var(check.port) int(1)", "tcp-check connect port var(check.port)",
      log: "failed, reason: Layer4 connection problem, info: \"\(refused) at step 2 of tcp-check "
        + "(connect)\"",
      log26: "failed, reason: Layer4 connection problem, info: \"Connection refused at step 2 of "
        + "tcp-check (connect)\""),
  ]
}
