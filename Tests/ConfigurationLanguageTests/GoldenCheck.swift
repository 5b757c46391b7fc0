/// Configurations about health checks and everything that is said about them.
extension Golden {
  static let checks = [
    Golden(
      "rules of tcp-check",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend t1
        option tcp-check
        tcp-check
        tcp-check foo
        tcp-check connect foo
        tcp-check connect port
        tcp-check connect port 0
        tcp-check connect port 70000
        tcp-check connect addr
        tcp-check connect addr 1.2.3.4.5.6
        tcp-check connect comment
        tcp-check send
        tcp-check send-binary
        tcp-check send-binary 123
        tcp-check send-binary 12x4
        tcp-check send a foo
        tcp-check send a comment
        tcp-check expect
        tcp-check expect foo
        tcp-check expect status 200
        tcp-check expect string
        tcp-check expect string a string b
        tcp-check expect comment
        tcp-check expect min-recv
        tcp-check expect min-recv -5 string a
        tcp-check expect !min-recv 5 string a
        tcp-check expect comment foo
        tcp-check expect string a ok-status foo
        tcp-check expect string a error-status foo
        tcp-check expect string a tout-status foo
        tcp-check expect binary 12x
        tcp-check expect binary 1x
        tcp-check comment
        tcp-check send a
        tcp-check connect
      """,
      says:
        """
        ALERT config : parsing [f.cfg:7] : 'tcp-check' only supports 'comment', 'connect', \
        'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but \
        got ''
        ALERT config : parsing [f.cfg:8] : 'tcp-check' only supports 'comment', 'connect', \
        'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but \
        got 'foo'
        ALERT config : parsing [f.cfg:9] : 'tcp-check connect' : expects 'comment', 'port', \
        'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', 'default' but \
        got 'foo' as argument..
        ALERT config : parsing [f.cfg:10] : 'tcp-check connect' : 'port' expects a port number \
        or a sample expression as argument..
        ALERT config : parsing [f.cfg:11] : 'tcp-check connect' : expects a valid TCP port \
        (from range 1 to 65535) or a sample expression, got 0..
        ALERT config : parsing [f.cfg:12] : 'tcp-check connect' : expects a valid TCP port \
        (from range 1 to 65535) or a sample expression, got 70000..
        ALERT config : parsing [f.cfg:13] : 'tcp-check connect' : 'addr' expects <ipv4|ipv6> \
        as argument..
        ALERT config : parsing [f.cfg:14] : 'tcp-check connect' : 'addr' : invalid address: \
        '1.2.3.4.5.6' in '1.2.3.4.5.6'..
        ALERT config : parsing [f.cfg:15] : 'tcp-check connect' : 'comment' expects a string \
        as argument..
        ALERT config : parsing [f.cfg:16] : 'tcp-check send' : 'string' expects a send as \
        argument.
        ALERT config : parsing [f.cfg:17] : 'tcp-check send-binary' : 'binary string' expects \
        a send-binary as argument.
        ALERT config : parsing [f.cfg:18] : 'tcp-check send-binary' : '123' invalid binary \
        string (an even number of hex digit is expected).
        .
        ALERT config : parsing [f.cfg:19] : 'tcp-check send-binary' : '12x4' invalid binary \
        string (an hex digit is expected (found 'x')).
        .
        ALERT config : parsing [f.cfg:20] : 'tcp-check send' : expects 'comment' but got 'foo' \
        as argument..
        ALERT config : parsing [f.cfg:21] : 'tcp-check send' : 'comment' expects a string as \
        argument..
        ALERT config : parsing [f.cfg:22] : 'tcp-check expect' : expects at least a matching \
        pattern as arguments.
        ALERT config : parsing [f.cfg:23] : 'tcp-check expect' : 'only supports min-recv, \
        '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or \
        comment but got 'foo' as argument..
        ALERT config : parsing [f.cfg:24] : 'tcp-check expect' : 'only supports min-recv, \
        '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or \
        comment but got 'status' as argument..
        ALERT config : parsing [f.cfg:25] : 'tcp-check expect' : 'string' expects a <pattern> \
        as argument.
        ALERT config : parsing [f.cfg:26] : 'tcp-check expect' : only one pattern expected.
        ALERT config : parsing [f.cfg:27] : 'tcp-check expect' : 'comment' expects a string as \
        argument.
        ALERT config : parsing [f.cfg:28] : 'tcp-check expect' : 'min-recv' expects a integer \
        as argument.
        ALERT config : parsing [f.cfg:29] : 'tcp-check expect' : 'min-recv' expects -1 or an \
        integer from 0 to INT_MAX.
        ALERT config : parsing [f.cfg:30] : 'tcp-check expect' : [!] not supported with \
        'min-recv'.
        ALERT config : parsing [f.cfg:31] : 'tcp-check expect' : pattern not found.
        ALERT config : parsing [f.cfg:32] : 'tcp-check expect' : 'ok-status' only supports \
        'L4OK', 'L6OK', 'L7OK' or 'L7OKC' status (got 'foo')..
        ALERT config : parsing [f.cfg:33] : 'tcp-check expect' : 'error-status' only supports \
        'L4CON', 'L6RSP', 'L7RSP' or 'L7STS' status (got 'foo')..
        ALERT config : parsing [f.cfg:34] : 'tcp-check expect' : 'tout-status' only supports \
        'L4TOUT', 'L6TOUT' or 'L7TOUT' status (got 'foo')..
        ALERT config : parsing [f.cfg:35] : 'tcp-check expect' : invalid binary string (an \
        even number of hex digit is expected).
        ALERT config : parsing [f.cfg:36] : 'tcp-check expect' : invalid binary string (an hex \
        digit is expected (found 'x')).
        ALERT config : parsing [f.cfg:37] : 'tcp-check comment' : expects a string as argument.
        ALERT config : parsing [f.cfg:39] : 'tcp-check connect' : first step MUST also be a \
        'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', when \
        there is a 'connect' step in the tcp-check ruleset.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "rules of http-check",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend h1
        option httpchk GET / HTTP/1.0 host x
        option httpchk GET / "HTTP/1.0\\r\\nHost: x"
        http-check foo
        http-check disable-on-404 x
        http-check send foo
        http-check send hdr a
        http-check send hdr host a hdr Host b
        http-check expect binary 12
        http-check expect foo
        http-check expect status 200x
        http-check expect status 300-200
        http-check expect hdr foo
        http-check expect hdr name foo value
        http-check expect hdr name -m foo bar
        http-check expect hdr name -m
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'option httpchk' cannot handle unexpected argument 'x'.
        ALERT config : parsing [f.cfg:7] : 'option httpchk' : hiding headers or body at the \
        end of the version string is unsupported.Use 'http-check send' directive instead..
        ALERT config : parsing [f.cfg:8] : 'http-check' only supports 'disable-on-404', \
        'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', \
        'unset-var(*)'. but got 'foo'
        ALERT config : parsing [f.cfg:9] : 'http-check' cannot handle unexpected argument 'x'.
        ALERT config : parsing [f.cfg:10] : 'http-check send' : expects 'comment', 'meth', \
        'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got 'foo' as argument..
        ALERT config : parsing [f.cfg:11] : 'http-check send' : 'hdr' expects <name> and \
        <value> as arguments.
        ALERT config : parsing [f.cfg:12] : 'http-check send' : 'Host' header already defined \
        (previous value is 'a').
        ALERT config : parsing [f.cfg:13] : 'http-check expect' : 'only supports min-recv, \
        [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr \
        or comment but got 'binary' as argument..
        ALERT config : parsing [f.cfg:14] : 'http-check expect' : 'only supports min-recv, \
        [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr \
        or comment but got 'foo' as argument..
        ALERT config : parsing [f.cfg:15] : 'http-check expect' : invalid character 'x' in the \
        list of status codes.
        ALERT config : parsing [f.cfg:16] : 'http-check expect' : invalid range of status \
        codes '300-200'.
        ALERT config : parsing [f.cfg:17] : 'http-check expect' : 'hdr' expects at the name \
        keyword as first argument followed by a pattern.
        ALERT config : parsing [f.cfg:18] : 'http-check expect' : 'hdr' expect a pattern with \
        the value keyword.
        ALERT config : parsing [f.cfg:19] : 'http-check expect' : 'hdr' : '-m' only supports \
        'str', 'beg', 'end', 'sub' or 'reg' (got 'foo').
        ALERT config : parsing [f.cfg:20] : 'http-check expect' : 'hdr' : '-m' expects at a \
        matching pattern ('str', 'beg', 'end', 'sub' or 'reg').
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "order of http-check",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend h2
        option httpchk
        http-check send uri /
        http-check send uri /2
      backend h3
        option httpchk
        http-check connect
        http-check connect
      backend h4
        option httpchk
        http-check connect
        http-check expect status 200
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : 'http-check send' : unable to add http-check send \
        rule at step 2 (missing connect rule)..
        ALERT config : parsing [f.cfg:12] : 'http-check connect' : unable to add http-check \
        connect rule at step 2 (missing expect rule)..
        ALERT config : parsing [f.cfg:16] : 'http-check expect' : unable to add http-check \
        expect rule at step 2 (missing send rule)..
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "options of checks",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend o1
        option smtpchk a b c
        option pgsql-check
        option pgsql-check foo bar
        option redis-check x
        option ldap-check x
        option ssl-hello-chk x
        option spop-check x
        option tcp-check x
        option external-check x
        no option redis-check
        external-check foo
        external-check command
        external-check command a b
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'option smtpchk' cannot handle unexpected argument 'c'.
        ALERT config : parsing [f.cfg:7] : 'option pgsql-check' expects 'user <username>' as \
        argument.
        ALERT config : parsing [f.cfg:8] : 'option pgsql-check' only supports optional values: \
        'user'.
        ALERT config : parsing [f.cfg:9] : 'option redis-check' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:10] : 'option ldap-check' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:11] : 'option ssl-hello-chk' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:12] : 'option spop-check' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:13] : 'option tcp-check' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:14] : 'option external-check' cannot handle unexpected \
        argument 'x'.
        ALERT config : parsing [f.cfg:15]: negation/default is not supported for option \
        'redis-check'.
        ALERT config : parsing [f.cfg:16] : 'external-check' only supports 'command' and \
        'path'. but got 'foo'.
        ALERT config : parsing [f.cfg:17] : missing argument after 'command'.
        ALERT config : parsing [f.cfg:18] : 'external-check' cannot handle unexpected argument \
        'b'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "a wrong mysql-check ends the reading",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend m
        option mysql-check foo
      backend n
        option mysql-check foo
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'option mysql-check' only supports optional values: \
        'user' (got 'foo').
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "rules without their option",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend u1
        http-check expect status 200
        tcp-check send a
        server s 127.0.0.1:80
      backend u2
        option external-check
        server s 127.0.0.1:80 check
      """,
      says:
        """
        WARNING backend 'u1' uses http-check rules without 'option httpchk', so the rules are \
        ignored.
        WARNING backend 'u1' uses tcp-check rules without 'option tcp-check', so the rules are \
        ignored.
        ALERT Proxy 'u2' : 'option external-check' unable to find required \
        'global.external-check'.
        ALERT Proxy 'u2' : 'option external-check' unable to find required 'external-check \
        command'.
        WARNING Proxy 'u2' : 'insecure-fork-wanted' not enabled in the global section, 'option \
        external-check' will likely fail.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "agents",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend p1
        server b 127.0.0.1:80 agent-check
        server c 127.0.0.1:80 agent-check agent-port
        server d 127.0.0.1:80 agent-inter
        server e 127.0.0.1:80 agent-inter 5x
        server f 127.0.0.1:80 agent-addr
        server g 127.0.0.1:80 agent-addr foo.bar
        server h 127.0.0.1:80 agent-send
        server i 127.0.0.1:80 agent-check agent-port 80 agent-inter 20
      backend p2
        option tcp-check
        tcp-check connect port 80
        server a 127.0.0.1 check
      """,
      says:
        """
        ALERT config : [f.cfg:6] : 'server p1/b' : server b does not have agent port. Agent \
        check has been disabled.
        ALERT config : [f.cfg:7] : 'server p1/c' : 'agent-port' expects a port number as \
        argument..
        ALERT config : [f.cfg:8] : 'server p1/d' : 'agent-inter' expects a delay as argument..
        ALERT config : [f.cfg:9] : 'server p1/e' : unexpected character 'x' in 'agent-inter' \
        argument of server e..
        ALERT config : [f.cfg:10] : 'server p1/f' : 'agent-addr' expects an address as argument..
        ALERT config : [f.cfg:11] : 'server p1/g' : parsing agent-addr failed. Check if \
        'foo.bar' is correct address..
        ALERT config : [f.cfg:12] : 'server p1/h' : 'agent-send' expects a string as argument..
        WARNING config : [f.cfg:13] : 'server p1/i' : 'agent-inter 20' in server 'i' is \
        suspiciously small for a value in milliseconds. Please use an explicit unit ('20ms') \
        if that was the intent.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "checks of frontends",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend f
        bind :1
        tcp-check send a
        option redis-check
      """,
      says:
        """
        WARNING config : parsing [f.cfg:7] : 'tcp-check' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:8] : 'redis-check' ignored because frontend 'f' has no \
        backend capability.
        WARNING frontend 'f' uses tcp-check rules without 'option tcp-check', so the rules are \
        ignored.
        """),
    Golden(
      "what checks cannot do yet",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        option tcp-check
        tcp-check connect ssl
        tcp-check connect sni x
        tcp-check connect alpn h2
        tcp-check connect port var(x)
        tcp-check connect port fe_id
        tcp-check connect port int(80),foo
        tcp-check connect port var(check.port)
        tcp-check set-var(check.a) int(1)
        tcp-check set-var(check.a,ifset,ifnotset) srv_conn,add(1)
        tcp-check set-var(check.a) fe_id
        tcp-check set-var(check.a) foo
        tcp-check set-var(foo.a) int(1)
        tcp-check set-var int(1)
        tcp-check set-var-fmt(check.b) "%[srv_name] is up"
        tcp-check set-var-fmt(check.b) %ci
        tcp-check unset-var(check.a,ifset)
        tcp-check unset-var(check.a)
        tcp-check expect rstring a
        tcp-check expect rstring a(
        tcp-check expect rstring
        tcp-check expect ! rbinary a
        tcp-check send-lf %[fe_name]
        tcp-check send-lf %[foo]
        tcp-check send-lf %{+Q}[srv_name]
        tcp-check expect string a on-error %ci
        tcp-check expect string a on-error %[res.payload(0,0),cut_crlf]
        tcp-check expect string a status-code fe_id
        option httpchk
        http-check set-var(check.a) int(1)
        http-check expect rstatus 2..
        http-check expect ! rstring [
        http-check expect hdr name a value -m reg b
        http-check expect hdr name -m reg ( value -m reg b
        http-check expect hdr name a value-lf -m reg %[srv_name]
        http-check unset-var(check.a)
      """,
      says:
        """
        ALERT config : parsing [f.cfg:7] : 'tcp-check connect' : 'tcp-check connect ssl' is \
        known but not supported by this version of Sluice.
        ALERT config : parsing [f.cfg:8] : 'tcp-check connect' : 'tcp-check connect sni' is \
        known but not supported by this version of Sluice.
        ALERT config : parsing [f.cfg:9] : 'tcp-check connect' : 'tcp-check connect alpn' is \
        known but not supported by this version of Sluice.
        ALERT config : parsing [f.cfg:10] : 'tcp-check connect' : error detected while parsing \
        port expression : invalid args in fetch method 'var' : invalid variable name 'x'. A \
        variable name must start with its scope. The scope can be 'proc', '(p)sess', '(p)txn', \
        '(p)req', '(p)res' or 'check'.
        ALERT config : parsing [f.cfg:11] : 'tcp-check connect' : error detected while parsing \
        port expression :  fetch method 'fe_id' extracts information from 'frontend', none of \
        which is available here.
        .
        ALERT config : parsing [f.cfg:12] : 'tcp-check connect' : error detected while parsing \
        port expression : unknown converter 'foo'.
        ALERT config : parsing [f.cfg:16] : 'tcp-check set-var(check.a)' : 'set-var' : fetch \
        method 'fe_id' extracts information from 'frontend', none of which is available here.
        ALERT config : parsing [f.cfg:17] : 'tcp-check set-var(check.a)' : 'set-var' : unknown \
        fetch method 'foo'.
        ALERT config : parsing [f.cfg:18] : 'tcp-check set-var(foo.a)' : 'set-var' : invalid \
        variable name 'foo.a'. A variable name must start with its scope. The scope can be \
        'proc', '(p)sess', '(p)txn', '(p)req', '(p)res' or 'check'.
        ALERT config : parsing [f.cfg:19] : 'tcp-check set-var' : 'set-var' : invalid or \
        incomplete action 'set-var'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' \
        or 'unset-var(<var-name>)'.
        ALERT config : parsing [f.cfg:21] : 'tcp-check set-var-fmt(check.b)' : 'set-var-fmt' : \
        the expression '%ci' is known but not supported by this version of Sluice.
        ALERT config : parsing [f.cfg:22] : 'tcp-check unset-var(check.a,ifset)' : 'unset-var' \
        : unset-var does not expect parameters after the variable name. Only "set-var" and \
        "set-var-fmt" manage conditions.
        ALERT config : parsing [f.cfg:25] : 'tcp-check expect' : regex 'a(' is invalid \
        (error=missing closing parenthesis, erroffset=2).
        ALERT config : parsing [f.cfg:26] : 'tcp-check expect' : 'rstring' expects a <pattern> \
        as argument.
        ALERT config : parsing [f.cfg:28] : 'tcp-check send-lf' : '%[fe_name]' invalid \
        log-format string (sample fetch <fe_name> may not be reliably used here because it \
        needs 'frontend' which is not available here).
        ALERT config : parsing [f.cfg:29] : 'tcp-check send-lf' : '%[foo]' invalid log-format \
        string (failed to parse sample expression <foo]> : unknown fetch method 'foo').
        ALERT config : parsing [f.cfg:30] : 'tcp-check send-lf' : '%{+Q}[srv_name]' invalid \
        log-format string (flags and types of items are known but not supported by this \
        version of Sluice).
        ALERT config : parsing [f.cfg:31] : 'tcp-check expect' : '%ci' invalid log-format \
        string (the expression '%ci' is known but not supported by this version of Sluice).
        ALERT config : parsing [f.cfg:33] : 'tcp-check expect' : error detected while parsing \
        status-code expression :  fetch method 'fe_id' extracts information from 'frontend', \
        none of which is available here.
        .
        ALERT config : parsing [f.cfg:37] : 'http-check expect' : regex '[' is invalid \
        (error=missing terminating ] for character class, erroffset=1).
        ALERT config : parsing [f.cfg:39] : 'http-check expect' : regex '(' is invalid \
        (error=missing closing parenthesis, erroffset=1).
        ALERT config : parsing [f.cfg:40] : 'http-check expect' : 'hdr': log-format string is not \
        supported with a regex matching method.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
