/// Rules, ACLs and expressions, and everything that is said about them. Compared with Debian's HAProxy
/// 2.6 where its wording is still the present one.
extension Golden {
  static let rules = [
    Golden(
      "accessControlLists",
      """
      defaults d
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      frontend f from d
        bind :80
        acl a1 foo 1
        acl a3 src 1.2.3.4 blah..x
        acl a4 src_port gt x
        acl a5 src -m nope 1
        acl a6 req.payload(0,4) abc
        acl a7 req.payload(0) -m bin 00
        acl a8 src,foo 1
        acl a9 src,lower(1) 1
        acl a/x src 1
        acl b1 src -z 1
        acl b3 src_port 5:3
        acl b4 src(1) 1.2.3.4
        acl b5 req.ssl_sni -f /nonexistent
        acl b6 req.ssl_sni -m reg a(b
        acl b7 int(x) 1
        acl b9 var(foo) -m str x
        acl c1 var(txn.foo) x
        acl c2 so_name -m ip x
        acl c3
        acl c4 payload(0,3) -m bin 0z
        acl or src 1.2.3.4
        acl c5 fc_saved_syn
        acl c6 src,sha2(1) 1
      """,
      says:
        """
        ALERT config : parsing [f.cfg:7] : error detected while parsing ACL 'a1' : unknown fetch \
        method 'foo' in ACL expression 'foo'.
        ALERT config : parsing [f.cfg:8] : error detected while parsing ACL 'a3' : 'blah..x' is \
        not a valid IPv4 or IPv6 address.
        ALERT config : parsing [f.cfg:9] : error detected while parsing ACL 'a4' : 'x' is neither \
        a number nor a supported operator.
        ALERT config : parsing [f.cfg:10] : error detected while parsing ACL 'a5' : unknown \
        matching method 'nope' when parsing ACL expression.
        ALERT config : parsing [f.cfg:11] : error detected while parsing ACL 'a6' : matching \
        method must be specified first (using '-m') when using a sample fetch of this type \
        ('req.payload').
        ALERT config : parsing [f.cfg:12] : error detected while parsing ACL 'a7' : fetch method \
        'req.payload' : missing arguments (got 1/2), type 'integer' expected in ACL expression \
        'req.payload(0)'.
        ALERT config : parsing [f.cfg:13] : error detected while parsing ACL 'a8' : unknown \
        converter 'foo' in ACL expression 'src,foo'.
        ALERT config : parsing [f.cfg:14] : error detected while parsing ACL 'a9' : invalid arg 1 \
        in converter 'lower' : expected ')' before '1)' in ACL expression 'src,lower(1)'.
        ALERT config : parsing [f.cfg:15] : character '/' is not permitted in acl name 'a/x'.
        ALERT config : parsing [f.cfg:16] : error detected while parsing ACL 'b1' : '-z' is not a \
        valid ACL option. Please use '--' before any pattern beginning with a '-'.
        ALERT config : parsing [f.cfg:17] : error detected while parsing ACL 'b3' : '5:3' is not \
        a valid number range.
        ALERT config : parsing [f.cfg:18] : error detected while parsing ACL 'b4' : fetch method \
        'src' : expected ')' before '1)' in ACL expression 'src(1)'.
        ALERT config : parsing [f.cfg:19] : error detected while parsing ACL 'b5' : failed to \
        open pattern file </nonexistent>.
        ALERT config : parsing [f.cfg:20] : error detected while parsing ACL 'b6' : regex 'a(b' \
        is invalid (error=missing closing parenthesis, erroffset=3).
        ALERT config : parsing [f.cfg:21] : error detected while parsing ACL 'b7' : fetch method \
        'int' : failed to parse 'x' as type 'integer' at position 1 in ACL expression 'int(x)'.
        ALERT config : parsing [f.cfg:22] : error detected while parsing ACL 'b9' : invalid args \
        in fetch method 'var' : invalid variable name 'foo'. A variable name must start with its \
        scope. The scope can be 'proc', '(p)sess', '(p)txn', '(p)req', '(p)res' or 'check' in ACL \
        expression 'var(foo)'.
        ALERT config : parsing [f.cfg:23] : error detected while parsing ACL 'c1' : matching \
        method must be specified first (using '-m') when using a sample fetch of this type \
        ('var').
        ALERT config : parsing [f.cfg:24] : error detected while parsing ACL 'c2' : 'x' is not a \
        valid IPv4 or IPv6 address.
        ALERT config : parsing [f.cfg:25] : error detected while parsing ACL 'c3' : missing fetch \
        method in ACL expression ''.
        ALERT config : parsing [f.cfg:26] : error detected while parsing ACL 'c4' : an hex digit \
        is expected (found 'z').
        ALERT config : parsing [f.cfg:27] : acl name 'or' will never match. 'or' is used to \
        express a logical disjunction within a condition.
        ALERT config : parsing [f.cfg:28] : error detected while parsing ACL 'c5' : fetch method \
        'fc_saved_syn' is known but not supported by this version of Sluice in ACL expression \
        'fc_saved_syn'.
        ALERT config : parsing [f.cfg:29] : error detected while parsing ACL 'c6' : invalid args \
        in converter 'sha2' : Unsupported number of bits: '1' in ACL expression 'src,sha2(1)'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "rules",
      """
      defaults
        timeout connect 1s
        timeout client 1s
        timeout server 1s
        acl x src 1.2.3.4
        tcp-request content accept
      frontend f
        bind :80
        tcp-request connection reject if nope
        tcp-request content accept if { src 1.2.3.4
        tcp-request content accept foo
        tcp-request inspect-delay xs
        tcp-request inspect-delay
        tcp-request foo
        tcp-request
        tcp-request connection set-var(txn.x) foo
        tcp-request connection set-var(txn.x src
        tcp-request connection set-src req.len
        tcp-request session expect-proxy layer4
        tcp-request connection expect-proxy layer5
        tcp-request content capture src
        tcp-request content capture src len x
        tcp-request connection capture src len 10
        tcp-response content accept
        tcp-request content set-log-level foo
        tcp-request content set-mark
        tcp-request content silent-drop rst-ttl 1000
        tcp-request connection track-sc0 src
        use_backend b if { src 127.0.0.1 } or { foo }
      backend b
        tcp-request connection reject
        use-server s
        use-server s if nope
        force-persist if nope
        tcp-response content reject if nope
        tcp-response foo
      """,
      says:
        """
        ALERT config : parsing [f.cfg:5] : 'acl' not allowed in anonymous 'defaults' section.
        ALERT config : parsing [f.cfg:6] : tcp-request content is not allowed in anonymous \
        'defaults' sections
        ALERT config : parsing [f.cfg:9] : 'tcp-request connection reject' : error detected in \
        frontend 'f' while parsing 'if' condition : no such ACL : 'nope'
        ALERT config : parsing [f.cfg:10] : 'tcp-request content accept' : error detected in \
        frontend 'f' while parsing 'if' condition : missing closing '}' in condition
        ALERT config : parsing [f.cfg:11] : 'tcp-request content accept' only accepts 'if' or \
        'unless', in frontend 'f' (got 'foo')
        ALERT config : parsing [f.cfg:12] : 'tcp-request inspect-delay' expects a positive delay \
        in milliseconds, in frontend 'f' (unexpected character 'x')
        ALERT config : parsing [f.cfg:13] : 'tcp-request inspect-delay' expects a positive delay \
        in milliseconds, in frontend 'f'
        ALERT config : parsing [f.cfg:14] : 'tcp-request' expects 'inspect-delay', 'connection', \
        or 'content' in frontend 'f' (got 'foo')
        ALERT config : parsing [f.cfg:15] : missing argument for 'tcp-request' in frontend 'f'
        ALERT config : parsing [f.cfg:16] : unknown fetch method 'foo'
        ALERT config : parsing [f.cfg:17] : incomplete argument after action 'set-var(txn.x'. \
        Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'
        ALERT config : parsing [f.cfg:18] : fetch method 'req.len' extracts information from \
        'request buffer', none of which is available here
        ALERT config : parsing [f.cfg:19] : 'expect-proxy layer4' is not allowed in 'tcp-request \
        session' rules in frontend 'f'
        ALERT config : parsing [f.cfg:20] : 'tcp-request connection expect-proxy' only supports \
        'layer4' in frontend 'f' (got 'layer5')
        ALERT config : parsing [f.cfg:21] : 'tcp-request content capture' : a positive 'len' \
        argument is mandatory
        ALERT config : parsing [f.cfg:22] : 'tcp-request content capture' : length must be > 0
        ALERT config : parsing [f.cfg:23] : 'capture src' is not allowed in 'tcp-request \
        connection' rules in frontend 'f'
        ALERT config : parsing [f.cfg:24] : tcp-response content is only allowed in 'backend' \
        sections or 'defaults' section with a name
        ALERT config : parsing [f.cfg:25] : expects exactly 1 argument (log level name or \
        'silent')
        ALERT config : parsing [f.cfg:26] : expects an argument
        ALERT config : parsing [f.cfg:27] : valid rst-ttl values are [1-255]

        ALERT config : parsing [f.cfg:29] : error detected while parsing switching rule : unknown \
        fetch method 'foo' in ACL expression 'foo'.
        ALERT config : parsing [f.cfg:31] : tcp-request connection is not allowed because backend \
        b is not a frontend
        ALERT config : parsing [f.cfg:32] : 'use-server' requires either 'if' or 'unless' \
        followed by a condition.
        ALERT config : parsing [f.cfg:33] : error detected while parsing switching rule : no such \
        ACL : 'nope'.
        ALERT config : parsing [f.cfg:34] : error detected while parsing a 'force-persist' rule : \
        no such ACL : 'nope'.
        ALERT config : parsing [f.cfg:35] : 'tcp-response content reject' : error detected in \
        backend 'b' while parsing 'if' condition : no such ACL : 'nope'
        ALERT config : parsing [f.cfg:36] : 'tcp-response' expects 'inspect-delay' or 'content' \
        in backend 'b' (got 'foo')
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "rulesThatNeverHold",
      """
      defaults
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      frontend f
        bind :80
        tcp-request inspect-delay 5s
        tcp-request content accept if { src 1.2.3.4 }
        tcp-request connection accept if { req.len 1 }
        acl zz res.len 1
        acl none src
        use_backend b if zz
        tcp-request content reject if { nbsrv(nope) 1 }
        tcp-request content reject if { srv_is_up(b/nope) }
        use_backend %[src]
        use_backend %[foo]
        default_backend b
        log-format %[req.len]
      backend b
        server s 127.0.0.1:1
        use-server nope if TRUE
        tcp-response content reject if { req.len gt 0 }
      """,
      says:
        """
        WARNING config : parsing [f.cfg:9] : a 'tcp-request connection' rule placed after a \
        'tcp-request content' rule will still be processed before.
        WARNING config : parsing [f.cfg:9] : anonymous acl will never match in 'tcp-request \
        connection' because it uses keyword 'req.len' which is incompatible with 'frontend \
        tcp-request connection rule'
        WARNING config : parsing acl keyword 'src' :
          no pattern to match against were provided, so this ACL will never match.
          If this is what you intended, please add '--' to get rid of this warning.
          If you intended to match only for existence, please use '-m found'.
          If you wanted to force an int to match as a bool, please use '-m bool'.

        WARNING config : parsing [f.cfg:12] : acl 'zz' will never match because it only involves \
        keywords that are incompatible with 'frontend use-backend rule'
        WARNING config : parsing [f.cfg:13] : a 'tcp-request content' rule placed after a \
        'use_backend' rule will still be processed before.
        WARNING config : parsing [f.cfg:14] : a 'tcp-request content' rule placed after a \
        'use_backend' rule will still be processed before.
        WARNING config : parsing [f.cfg:22] : anonymous acl will never match in 'tcp-response \
        content' because it uses keyword 'req.len' which is incompatible with 'backend \
        tcp-response content rule'
        ALERT Parsing [f.cfg:16]: failed to parse use_backend rule '%[foo]' : failed to parse \
        sample expression <foo]> : unknown fetch method 'foo'.
        ALERT Parsing [f.cfg:18]: failed to parse log-format : sample fetch <req.len> may not be \
        reliably used here because it needs 'request buffer' which is not available here.
        ALERT parsing [f.cfg:13]: unable to find backend 'nope' referenced in arg 1 of ACL keyword \
        'nbsrv' in proxy 'f'.
        ALERT parsing [f.cfg:14]: unable to find server 'nope' in proxy 'b', referenced in arg 1 \
        of ACL keyword 'srv_is_up' in proxy 'f'.
        WARNING log format ignored for frontend 'f' since it has no log address.
        ALERT backend 'b' : unable to find server 'nope' referenced in a 'use-server' rule.
        ALERT Fatal errors found in configuration.
        """),
  ]
}
