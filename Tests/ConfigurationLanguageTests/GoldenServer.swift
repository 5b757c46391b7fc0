/// Configurations and everything that is said about them.
extension Golden {
  static let server = [
    Golden(
      "addresses",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        server s
        server s^ 127.0.0.1:81
        server s 127.0.0.1:99999
        server s 127.0.0.1:80-81
        server s _http._tcp.x:80
        server s udp@127.0.0.1:80
        server s fd@5
      """,
      says:
        """
        ALERT config : [f.cfg:6] : 'server' expects <name> and <addr>[:<port>] as arguments.
        ALERT config : [f.cfg:7] : character '^' is not permitted in server name 's^'.
        ALERT config : [f.cfg:8] : 'server a/s' : invalid port '99999'
        ALERT config : [f.cfg:9] : 'server a/s' : port range not permitted here in \
        '127.0.0.1:80-81'
        ALERT config : [f.cfg:10] : 'server a/s' : the address '_http._tcp.x:80' is known but \
        not supported by this version of Sluice.
        ALERT config : [f.cfg:11] : 'server a/s' : the address 'udp@127.0.0.1:80' is known but \
        not supported by this version of Sluice.
        ALERT config : [f.cfg:12] : 'server a/s' : a file descriptor is not acceptable here in \
        'fd@5'
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "words",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        server b 127.0.0.1:81 weigth 5
        server b 127.0.0.1:81 xxxxxxxxxxx
        server c 127.0.0.1:81 weight 300
        server d 127.0.0.1:81 fall
        server d 127.0.0.1:81 fall 0
        server e 127.0.0.1:81 rise x
        server e 127.0.0.1:81 error-limit 0
        server f 127.0.0.1:81 inter
        server f 127.0.0.1:81 inter 5x
        server f 127.0.0.1:81 inter 0
        server f 127.0.0.1:81 inter 1000d
        server f 127.0.0.1:81 fastinter 1us
        server g 127.0.0.1:81 slowstart x
        server g 127.0.0.1:81 slowstart 1000d
        server h 127.0.0.1:81 observe
        server h 127.0.0.1:81 observe foo
        server i 127.0.0.1:81 on-error foo
        server j 127.0.0.1:81 on-marked-down foo
        server j 127.0.0.1:81 on-marked-up foo
        server k 127.0.0.1:81 id
        server k 127.0.0.1:81 id 0
        server l 127.0.0.1:81 port
        server m 127.0.0.1:81 addr
        server m 127.0.0.1:81 addr nowhere
        server n 127.0.0.1:81 track
        server n 127.0.0.1:81 check track a/b
        server o 127.0.0.1:81 init-addr foo
        server o 127.0.0.1:81 init-addr 1.1.1.1,2.2.2.2
        server p 127.0.0.1:81 usesrc client
        server p 127.0.0.1:81 source
        server p 127.0.0.1:81 source nowhere
        server p 127.0.0.1:81 source 1.1.1.1 usesrc client
        server q 127.0.0.1:81 ssl verify none
        server r 127.0.0.1:81 cookie
        server t 127.0.0.1:81 id 7
        server u 127.0.0.1:81 id 7
        default-server foo
        default-server wieght 5
      """,
      says:
        """
        ALERT config : [f.cfg:6] : 'server a/b' : unknown keyword 'weigth'; did you mean \
        'weight' maybe ?
        ALERT config : [f.cfg:7] : 'server a/b' : unknown keyword 'xxxxxxxxxxx'.
        ALERT config : [f.cfg:8] : 'server a/c' : weight of server c is not within 0 and 256 \
        (300)..
        ALERT config : [f.cfg:9] : 'server a/d' : 'fall' expects an integer argument..
        ALERT config : [f.cfg:10] : 'server a/d' : 'fall' has to be > 0..
        ALERT config : [f.cfg:11] : 'server a/e' : 'rise' has to be > 0..
        ALERT config : [f.cfg:12] : 'server a/e' : error-limit has to be > 0..
        ALERT config : [f.cfg:13] : 'server a/f' : 'inter' expects a delay as argument..
        ALERT config : [f.cfg:14] : 'server a/f' : unexpected character 'x' in 'agent-inter' \
        argument of server f..
        ALERT config : [f.cfg:15] : 'server a/f' : invalid value 0 for argument 'inter' of \
        server f..
        ALERT config : [f.cfg:16] : 'server a/f' : timer overflow in argument <1000d> to \
        <inter> of server f, maximum value is 2147483647 ms (~24.8 days)..
        ALERT config : [f.cfg:18] : 'server a/g' : unexpected character 'x' in 'slowstart' \
        argument of server g..
        ALERT config : [f.cfg:19] : 'server a/g' : overflow in argument <1000d> to <slowstart> \
        of server g, maximum value is 2147483647 ms (~24.8 days)..
        ALERT config : [f.cfg:20] : 'server a/h' : 'observe' expects <mode> as argument..
        ALERT config : [f.cfg:21] : 'server a/h' : 'observe' expects one of 'none', 'layer4', \
        'layer7' but got 'foo'.
        ALERT config : [f.cfg:22] : 'server a/i' : 'on-error' expects one of 'fastinter', \
        'fail-check', 'sudden-death' or 'mark-down' but got 'foo'.
        ALERT config : [f.cfg:23] : 'server a/j' : 'on-marked-down' expects \
        'shutdown-sessions' but got 'foo'.
        ALERT config : [f.cfg:24] : 'server a/j' : 'on-marked-up' expects \
        'shutdown-backup-sessions' but got 'foo'.
        ALERT config : [f.cfg:25] : 'server a/k' : 'id' : expects an integer argument.
        ALERT config : [f.cfg:26] : 'server a/k' : 'id' : custom id has to be between 1 and \
        4294967295..
        ALERT config : [f.cfg:27] : 'server a/l' : 'port' expects a port number as argument..
        ALERT config : [f.cfg:28] : 'server a/m' : 'addr' expects <ipv4|ipv6> as argument..
        ALERT config : [f.cfg:29] : 'server a/m' : 'addr' : invalid address: 'nowhere' in \
        'nowhere'.
        ALERT config : [f.cfg:30] : 'server a/n' : 'track' expects [<proxy>/]<server> as \
        argument..
        ALERT config : [f.cfg:31] : 'server a/n' : unable to enable checks and tracking at the \
        same time!
        ALERT config : [f.cfg:32] : 'server a/o' : 'init-addr' : unknown init-addr method \
        'foo', supported methods are 'libc', 'last', 'none'..
        ALERT config : [f.cfg:33] : 'server a/o' : 'init-addr' : initial address already \
        specified, cannot add '2.2.2.2'..
        ALERT config : [f.cfg:34] : 'server a/p' : 'usesrc' only allowed after a 'source' \
        statement..
        ALERT config : [f.cfg:35] : 'server a/p' : 'source' expects <addr>[:<port>[-<port>]], \
        and optionally 'usesrc' <addr>, and 'interface' <name> as argument..
        ALERT config : [f.cfg:36] : 'server a/p' : 'source nowhere' : invalid address: \
        'nowhere' in 'nowhere'.
        ALERT config : [f.cfg:38] : 'server a/q' : 'ssl' is known but not supported by this \
        version of Sluice.
        ALERT config : [f.cfg:39] : 'server a/r' : 'cookie' expects <value> as argument..
        ALERT config : [f.cfg:41] : 'server a/u' : 'id' : custom id 7 already used at f.cfg:40 \
        ('server t').
        ALERT config : [f.cfg:42] : unknown keyword 'foo'; did you mean 'tfo' maybe ? Hint: no \
        address was expected for this server.
        ALERT config : [f.cfg:43] : unknown keyword 'wieght'; did you mean 'weight' maybe ? \
        Hint: no address was expected for this server.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "thingsThatAreOnlyTold",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        default-server id 5
        server s 127.0.0.1:81 observe layer7
        server t 127.0.0.1:82 check inter 5 fastinter 6
        server u 127.0.0.1:83 weight 0
      """,
      says:
        """
        ALERT config : [f.cfg:7] : 'id' option is not accepted in default-server sections
        ALERT config : [f.cfg:8] : 'server a/s' : 'layer7' can only be used in http proxies..
        WARNING config : [f.cfg:9] : 'server a/t' : 'inter 5' in server 't' is suspiciously \
        small for a value in milliseconds. Please use an explicit unit ('5ms') if that was the \
        intent.
        WARNING config : 'fastinter 6' in server 't' is suspiciously small for a value in \
        milliseconds. Please use an explicit unit ('6ms') if that was the intent.
        DIAG config : [f.cfg:10] : 'server a/u' : configured with weight of 0 will never be \
        selected by load balancing algorithms
        """),
    Golden(
      "what a server is told, and how it begins",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        default-server proxy-v2-options crc32c init-state up tcp-ut 5s
        server s1 127.0.0.1:81 proxy-v2-options unique-id,crc32c send-proxy-v2
        server s2 127.0.0.1:82 proxy-v2-options unique-id,ssl
        server s3 127.0.0.1:83 proxy-v2-options authority
        server s4 127.0.0.1:84 proxy-v2-options unique
        server s5 127.0.0.1:85 proxy-v2-options
        server s6 127.0.0.1:86 set-proxy-v2-tlv-fmt(0xE1) %[src] set-proxy-v2-tlv-fmt(017) a
        server s7 127.0.0.1:87 set-proxy-v2-tlv-fmt(256) a
        server s8 127.0.0.1:88 set-proxy-v2-tlv-fmt(x) a
        server s9 127.0.0.1:89 set-proxy-v2-tlv-fmt(1 a
        server s10 127.0.0.1:90 set-proxy-v2-tlv-fmt(1) %[res.len]
        server s11 127.0.0.1:91 init-state
        server s12 127.0.0.1:92 init-state upper
        server s13 127.0.0.1:93 init-state fully-down init-state none
        server s14 127.0.0.1:94 tcp-ut
        server s15 127.0.0.1:95 tcp-ut 1x
        server s16 127.0.0.1:96 tcp-ut 30d
        server s17 127.0.0.1:97 tcp-ut 1us
      listen b
        bind :80 tcp-ut 5s
        bind :81 tcp-ut
        bind :82 tcp-ut 1x
        clitcpka-cnt 3
        clitcpka-cnt
        clitcpka-cnt 3x
        clitcpka-idle 10s
        clitcpka-idle 10y
        clitcpka-intvl 30d
        srvtcpka-intvl 1us
        srvtcpka-cnt 0
        srvtcpka-idle 1m
      frontend c
        bind :83
        srvtcpka-cnt 1
        max-session-srv-conns 5
      backend d
        clitcpka-idle 1
      """,
      says:
        """
        ALERT config : [f.cfg:8] : 'server a/s2' : 'proxy-v2-options ssl' is known but not \
        supported by this version of Sluice.
        ALERT config : [f.cfg:9] : 'server a/s3' : 'proxy-v2-options authority' is known but \
        not supported by this version of Sluice.
        ALERT config : [f.cfg:10] : 'server a/s4' : 'unique' : proxy v2 option not \
        implemented.
        ALERT config : [f.cfg:11] : 'server a/s5' : '' : proxy v2 option not implemented.
        ALERT config : [f.cfg:13] : 'server a/s7' : 'set-proxy-v2-tlv-fmt(256)' : the maximum \
        allowed TLV ID is 255.
        ALERT config : [f.cfg:14] : 'server a/s8' : 'set-proxy-v2-tlv-fmt(x)' : could not \
        convert TLV ID.
        ALERT config : [f.cfg:15] : 'server a/s9' : 'set-proxy-v2-tlv-fmt(1' : expects \
        set-proxy-v2-tlv(<TLV ID>).
        ALERT config : [f.cfg:16] : 'server a/s10' : sample fetch <res.len> may not be \
        reliably used here because it needs 'response buffer' which is not available here.
        ALERT config : [f.cfg:17] : 'server a/s11' : 'init-state' expects one of 'none', \
        'fully-up', 'up', 'down', or 'fully-down' but got ''.
        ALERT config : [f.cfg:18] : 'server a/s12' : 'init-state' expects one of 'none', \
        'fully-up', 'up', 'down', or 'fully-down' but got 'upper'.
        ALERT config : [f.cfg:20] : 'server a/s14' : 'tcp-ut' : missing TCP User Timeout \
        value.
        ALERT config : [f.cfg:21] : 'server a/s15' : 'tcp-ut' : expects a positive delay in \
        milliseconds.
        ALERT config : [f.cfg:22] : 'server a/s16' : timer overflow in argument '30d' to \
        'tcp-ut' (maximum value is 2147483647 ms or ~24.8 days).
        ALERT config : parsing [f.cfg:26] : 'bind :81' in section 'listen' : 'tcp-ut' : \
        missing TCP User Timeout value
        ALERT config : parsing [f.cfg:27] : 'bind :82' in section 'listen' : 'tcp-ut' : \
        expects a positive delay in milliseconds
        ALERT config : parsing [f.cfg:29] : 'clitcpka-cnt' expects an integer value
        ALERT config : parsing [f.cfg:30] : 'clitcpka-cnt' : unexpected character 'x' in \
        integer value '3x'
        ALERT config : parsing [f.cfg:32] : unexpected character 'y' in argument to \
        <clitcpka-idle>.

        WARNING config : parsing [f.cfg:39] : srvtcpka-cnt will be ignored because frontend \
        'c' has no backend capability
        WARNING config : parsing [f.cfg:42] : clitcpka-idle will be ignored because backend \
        'd' has no frontend capability
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "where connections come from",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        source 127.0.0.1
      backend a
        source 127.0.0.1 usesrc clientip interface eth0
        source 127.0.0.1:5 usesrc client
        source 127.0.0.1 usesrc 192.0.2.1:5
        source 127.0.0.1 usesrc
        source 127.0.0.1 usesrc nowhere
        source 127.0.0.1 usesrc hdr_ip(x)
        source 127.0.0.1 interface
        source 127.0.0.1 interface abcdefghijklmnop
        source 127.0.0.1 usesrc client foo
        server s1 127.0.0.1:81 source 127.0.0.1:1000-2000 usesrc client interface lo weight 3
        server s2 127.0.0.1:82 source 127.0.0.1 usesrc
        server s3 127.0.0.1:83 source 127.0.0.1 usesrc hdr_ip(x,1)
        server s4 127.0.0.1:84 source 127.0.0.1 interface
        server s5 127.0.0.1:85 source 127.0.0.1 usesrc nowhere
        server s6 127.0.0.1:86 source 127.0.0.1 interface abcdefghijklmnop
        server s7 127.0.0.1:87 usesrc client
      """,
      says:
        """
        ALERT config : parsing [f.cfg:10] : 'usesrc' expects <addr>[:<port>], 'client', or \
        'clientip' as argument.
        ALERT config : parsing [f.cfg:11] : 'usesrc nowhere' : invalid address: 'nowhere' in \
        'nowhere'
        ALERT config : parsing [f.cfg:12] : 'source ... usesrc hdr_ip' is known but not \
        supported by this version of Sluice.
        ALERT config : parsing [f.cfg:13] : 'source' : missing interface name.
        ALERT config : parsing [f.cfg:14] : 'interface' : 'abcdefghijklmnop' is longer than \
        any name of an interface (15 bytes).
        ALERT config : parsing [f.cfg:15] : 'source' only supports optional keywords \
        'interface' and 'usesrc'.
        ALERT config : [f.cfg:17] : 'server a/s2' : 'usesrc' expects <addr>[:<port>], \
        'client', 'clientip', or 'hdr_ip(name,#)' as argument.
        ALERT config : [f.cfg:18] : 'server a/s3' : 'source ... usesrc hdr_ip' is known but \
        not supported by this version of Sluice.
        ALERT config : [f.cfg:19] : 'server a/s4' : 'server' : missing interface name.
        ALERT config : [f.cfg:20] : 'server a/s5' : 'usesrc nowhere' : invalid address: \
        'nowhere' in 'nowhere'.
        ALERT config : [f.cfg:21] : 'server a/s6' : 'interface' : 'abcdefghijklmnop' is longer \
        than any name of an interface (15 bytes).
        ALERT config : [f.cfg:22] : 'server a/s7' : 'usesrc' only allowed after a 'source' \
        statement..
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
