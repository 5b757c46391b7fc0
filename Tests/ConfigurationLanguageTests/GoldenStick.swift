/// Rules about stick tables and everything that is said about them. Compared with Debian's HAProxy 2.6
/// where its wording is still the present one.
extension Golden {
  static let stick = [
    Golden(
      "actions about stick tables",
      """
      defaults
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      backend t
        stick-table type ip size 1k expire 10s store gpc0
      frontend f
        bind :80
        tcp-request connection track-sc3 src table t
        tcp-request connection track-scx src table t
        tcp-request connection track-sc0
        tcp-request connection track-sc0 src foo
        tcp-request connection track-sc0 req.len table t
        tcp-request content sc-inc-gpc0(4)
        tcp-request content sc-inc-gpc0(x)
        tcp-request content sc-inc-gpc(0)
        tcp-request content sc-inc-gpc
        tcp-request content sc-inc-gpc2
        tcp-request content sc-inc-gpc(0,5)
        tcp-request content sc-set-gpt0(0) 5x
        tcp-request content sc-set-gpt(0,9) 5
        tcp-request content sc-set-gpt1 5
        tcp-request connection sc-set-gpt0(0) req.len
        tcp-request content sc-add-gpc 5
        tcp-request content sc-add-gpc(1) 5
        tcp-request content sc-add-gpc(0,9) 5
        tcp-request content reject if { sc_conn_rate gt 5 }
        tcp-request content reject if { sc_conn_rate(x) gt 5 }
        tcp-request content reject if { sc_get_gpc(0) gt 5 }
      """,
      says:
        """
        ALERT config : parsing [f.cfg:9] : 'tcp-request connection track-sc3' : 3 track-sc number \
        exceeding 2 (tune.stick-counters-1) value
        ALERT config : parsing [f.cfg:10] : 'tcp-request connection track-scx' : Wrong track-sc \
        number 'x'
        ALERT config : parsing [f.cfg:11] : 'tcp-request connection track-sc0' : missing fetch \
        method
        ALERT config : parsing [f.cfg:12] : 'tcp-request connection track-sc0' only accepts 'if' \
        or 'unless', in frontend 'f' (got 'foo')
        ALERT config : parsing [f.cfg:13] : 'tcp-request connection track-sc0' : fetch method \
        'req.len' extracts information from 'request buffer', none of which is available here
        ALERT config : parsing [f.cfg:14] : invalid stick table track ID. The max allowed ID is 2 \
        (tune.stick-counters)
        ALERT config : parsing [f.cfg:15] : invalid stick table track ID. Expects \
        sc-inc-gpc0(x)(<Track ID>)
        ALERT config : parsing [f.cfg:16] : Missing gpc ID 'sc-inc-gpc(0)'. Expects \
        sc-inc-gpc(<GPC ID>,<Track ID>)
        ALERT config : parsing [f.cfg:17] : invalid gpc ID 'sc-inc-gpc'. Expects sc-inc-gpc(<GPC \
        ID>,<Track ID>)
        ALERT config : parsing [f.cfg:18] : invalid gpc ID 'sc-inc-gpc2'. Expects sc-inc-gpc(<GPC \
        ID>,<Track ID>)
        ALERT config : parsing [f.cfg:19] : invalid stick table track ID 'sc-inc-gpc(0,5)'. The \
        max allowed ID is 2 (tune.stick-counters)
        ALERT config : parsing [f.cfg:20] : unknown fetch method '5x'
        ALERT config : parsing [f.cfg:21] : invalid stick table track ID 'sc-set-gpt(0,9)'. The \
        max allowed ID is 2
        ALERT config : parsing [f.cfg:22] : invalid gpt ID 'sc-set-gpt1'. Expects sc-set-gpt(<GPT \
        ID>,<Track ID>)
        ALERT config : parsing [f.cfg:23] : fetch method 'req.len' extracts information from \
        'request buffer', none of which is available here
        ALERT config : parsing [f.cfg:24] : Missing or invalid arguments for 'sc-add-gpc'. \
        Expects sc-add-gpc(<GPC ID>,<Track ID>)
        ALERT config : parsing [f.cfg:25] : Missing gpc ID. Expects sc-add-gpc(1)(<GPC ID>,<Track \
        ID>)
        ALERT config : parsing [f.cfg:26] : invalid stick table track ID 'sc-add-gpc(0,9)'. The \
        max allowed ID is 2 (tune.stick-counters)
        ALERT config : parsing [f.cfg:27] : 'tcp-request content reject' : error detected in \
        frontend 'f' while parsing 'if' condition : fetch method 'sc_conn_rate' : expected type \
        'integer' at position 1, but got nothing in ACL expression 'sc_conn_rate'
        ALERT config : parsing [f.cfg:28] : 'tcp-request content reject' : error detected in \
        frontend 'f' while parsing 'if' condition : fetch method 'sc_conn_rate' : failed to parse \
        'x' as type 'integer' at position 1 in ACL expression 'sc_conn_rate(x)'
        ALERT config : parsing [f.cfg:29] : 'tcp-request content reject' : error detected in \
        frontend 'f' while parsing 'if' condition : fetch method 'sc_get_gpc' : missing arguments \
        (got 1/2), type 'integer' expected in ACL expression 'sc_get_gpc(0)'
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "tables of rules",
      """
      defaults
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      backend t
        stick-table type ip size 1k expire 10s store gpc0
      backend ti
        stick-table type integer size 1k expire 10s store gpc0
      frontend f
        bind :80
        tcp-request connection track-sc0 src
        tcp-request connection track-sc1 src table nope
        tcp-request content track-sc0 src table ti
        tcp-request content track-sc1 req.payload(0,4) table t
        tcp-request content track-sc1 req.ssl_sni table ti
        tcp-request content track-sc2 src_conn_cnt(nope) table ti
        tcp-request content reject if { src_conn_rate gt 5 }
        tcp-request content reject if { src_conn_rate(t) gt 5 }
        tcp-request content reject if { sc0_conn_rate(nope) gt 5 }
        tcp-request content reject if { sc_conn_rate(0,nope) gt 5 }
        tcp-request content reject if { src,in_table(nope) }
        tcp-request content set-var(txn.a) table_avl
        log-format "%[sc0_conn_rate(nope)] %[src,table_conn_cnt(nope)]"
        log 127.0.0.1:514 local0
        default_backend b
      backend b
        server s 127.0.0.1:1
        stick on src
        stick on src table nope
        stick on req.payload(0,4) table t
        stick match src_conn_cnt(nope) table ti
      """,
      says:
        """
        ALERT Proxy 'f': unable to find table 'f' referenced by track-sc0.
        ALERT Proxy 'f': unable to find table 'nope' referenced by track-sc1.
        ALERT Proxy 'f': stick-table 'ti' uses a type incompatible with the 'track-sc0' rule.
        ALERT Proxy 'f': stick-table 't' uses a type incompatible with the 'track-sc1' rule.
        WARNING frontend 'f' : a 'tcp-request content track-sc*' rule explicitly depending on \
        request contents without any 'tcp-request inspect-delay' setting. This means that this \
        rule will randomly find its contents. This can be fixed by setting the tcp-request \
        inspect-delay.
        ALERT parsing [f.cfg:16]: unable to find table 'nope' referenced in arg 1 of sample fetch \
        keyword 'src_conn_cnt' in tracking rule in proxy 'f'.
        ALERT parsing [f.cfg:17]: unable to find table 'f' referenced in arg 1 of ACL keyword \
        'src_conn_rate' in proxy 'f'.
        ALERT parsing [f.cfg:19]: unable to find table 'nope' referenced in arg 1 of ACL keyword \
        'sc0_conn_rate' in proxy 'f'.
        ALERT parsing [f.cfg:20]: unable to find table 'nope' referenced in arg 2 of ACL keyword \
        'sc_conn_rate' in proxy 'f'.
        ALERT parsing [f.cfg:21]: unable to find table 'nope' referenced in arg 1 of conversion \
        keyword 'in_table' for ACL keyword 'src' in proxy 'f'.
        ALERT parsing [f.cfg:22]: unable to find table 'f' referenced in arg 1 of sample fetch \
        keyword 'table_avl' in tcp-request content expression in proxy 'f'.
        ALERT parsing [f.cfg:23]: unable to find table 'nope' referenced in arg 1 of sample fetch \
        keyword 'sc0_conn_rate' in log-format string in proxy 'f'.
        ALERT parsing [f.cfg:23]: unable to find table 'nope' referenced in arg 1 of conversion \
        keyword 'table_conn_cnt' for sample fetch keyword 'src' in log-format string in proxy \
        'f'.
        ALERT Proxy 'b': unable to find stick-table 'b'.
        ALERT Proxy 'b': unable to find stick-table 'nope'.
        ALERT Proxy 'b': type of fetch not usable with type of stick-table 't'.
        ALERT parsing [f.cfg:31]: unable to find table 'nope' referenced in arg 1 of sample fetch \
        keyword 'src_conn_cnt' in stick rule in proxy 'b'.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "words of stick lines",
      """
      defaults d
        timeout connect 1s
        timeout client 1s
        timeout server 1s
        stick on src
      backend t from d
        stick-table type ip size 1k
      frontend f from d
        bind :80
        stick on src
      backend b from d
        server s 127.0.0.1:1
        stick match
        stick foo src
        stick
        stick on nosuch
        stick on res.len
        stick store-response req.len
        stick on src table t foo
        stick on src table t if nosuch
        stick on src,lower(1) table t
        stick match src table t if { res.len gt 1 }
      """,
      says:
        """
        ALERT config : parsing [f.cfg:5] : 'stick' not allowed in 'defaults' section.
        WARNING config : parsing [f.cfg:10] : 'stick' ignored because frontend 'f' has no backend \
        capability.
        ALERT config : parsing [f.cfg:13] : 'stick' expects a fetch method.
        ALERT config : parsing [f.cfg:14] : 'stick' expects 'on', 'match', or 'store'.
        ALERT config : parsing [f.cfg:15] : 'stick' expects 'on', 'match', or 'store'.
        ALERT config : parsing [f.cfg:16] : 'stick': unknown fetch method 'nosuch'
        ALERT config : parsing [f.cfg:17] : 'stick': fetch method 'res.len' extracts information \
        from 'response buffer', none of which is available during request.
        ALERT config : parsing [f.cfg:18] : 'stick': fetch method 'req.len' extracts information \
        from 'request buffer', none of which is available for 'store-response'.
        ALERT config : parsing [f.cfg:19] : 'stick': unknown keyword 'foo'.
        ALERT config : parsing [f.cfg:20] : 'stick': error detected while parsing sticking \
        condition : no such ACL : 'nosuch'.
        ALERT config : parsing [f.cfg:21] : 'stick': invalid arg 1 in converter 'lower' : \
        expected ')' before '1)'
        WARNING config : parsing [f.cfg:22] : anonymous acl will never match because it uses \
        keyword 'res.len' which is incompatible with 'backend use-server, balance or stick-match \
        rule'
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "tables of rules in defaults",
      """
      defaults d
        timeout connect 1s
        timeout client 1s
        timeout server 1s
        tcp-request content track-sc0 src
        tcp-request content reject if { src_conn_rate gt 5 }
      frontend f from d
        bind :80
      """,
      says:
        """
        ALERT Proxy 'd': unable to find table 'd' referenced by track-sc0.
        ALERT parsing [f.cfg:6]: table name must be set in arg 1 of ACL keyword 'src_conn_rate' \
        in proxy 'd'.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "stick counters",
      """
      global
        tune.stick-counters x
        tune.stick-counters 101
        tune.stick-counters 1
      defaults
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      listen l
        bind :80
        stick-table type ip size 10
        tcp-request connection track-sc0 src
        tcp-request connection track-sc1 src
        tcp-request connection sc-inc-gpc0(1)
      """,
      says:
        """
        ALERT config : parsing [f.cfg:2] : tune.stick-counters: 'x' is an invalid number
        ALERT config : parsing [f.cfg:3] : tune.stick-counters: the number of stick-counters must \
        be between 1 and 100 (was 101)
        ALERT config : parsing [f.cfg:13] : 'tcp-request connection track-sc1' : 1 track-sc \
        number exceeding 0 (tune.stick-counters-1) value
        ALERT config : parsing [f.cfg:14] : invalid stick table track ID. The max allowed ID is 0 \
        (tune.stick-counters)
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
