/// Configurations and everything that is said about them.
extension Golden {
  static let proxy = [
    Golden(
      "wordsOfTheOtherHalf",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend f
        bind :80
        balance roundrobin
        retries 2
        fullconn 5
        timeout server 5s
        option redispatch
        option allbackups
        option tcp-check
        source 127.0.0.1
        default_backend b
      backend b
        bind :81
        maxconn 5
        backlog 6
        default_backend c
        use_backend c
        timeout client 1s
        option dontlognull
        option tcplog
        log-format x
        server s 127.0.0.1:81
      backend c
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING config : parsing [f.cfg:7] : 'balance' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:8] : 'retries' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:9] : 'fullconn' ignored because frontend 'f' has no \
        backend capability. Maybe you want 'maxconn' instead ?
        WARNING config : parsing [f.cfg:10] : 'timeout server' will be ignored because frontend \
        'f' has no backend capability
        WARNING config : parsing [f.cfg:11] : 'redispatch' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:12] : 'allbackups' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:13] : 'tcp-check' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:14] : 'source' ignored because frontend 'f' has no \
        backend capability.
        WARNING config : parsing [f.cfg:17] : 'bind' ignored because backend 'b' has no \
        frontend capability.
        WARNING config : parsing [f.cfg:18] : 'maxconn' ignored because backend 'b' has no \
        frontend capability. Maybe you want 'fullconn' instead ?
        WARNING config : parsing [f.cfg:19] : 'backlog' ignored because backend 'b' has no \
        frontend capability.
        WARNING config : parsing [f.cfg:20] : 'default_backend' ignored because backend 'b' has \
        no frontend capability.
        WARNING config : parsing [f.cfg:21] : 'use_backend' ignored because backend 'b' has no \
        frontend capability.
        WARNING config : parsing [f.cfg:22] : 'timeout client' will be ignored because backend \
        'b' has no frontend capability
        WARNING config : parsing [f.cfg:23] : 'dontlognull' ignored because backend 'b' has no \
        frontend capability.
        WARNING config : parsing [f.cfg:24] : backend 'b' : 'option tcplog' directive is \
        ignored in backends.
        WARNING config : parsing [f.cfg:25] : backend 'b' : 'log-format' directive is ignored \
        in backends.
        WARNING In proxy 'b', the 'default_backend' rule always has precedence over the \
        servers, which will never be used.
        """),
    Golden(
      "serversNeedABackend",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend f
        bind :80
        server s 127.0.0.1:81
        default-server check
      """,
      says:
        """
        ALERT config : [f.cfg:7] : parsing [f.cfg:7] : 'server' not allowed because frontend \
        'f' has no backend capability.
        ALERT config : [f.cfg:8] : parsing [f.cfg:8] : 'default-server' not allowed because \
        frontend 'f' has no backend capability.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "whatDefaultsDoNotAccept",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        bind :80
        server s 127.0.0.1:81
        id 5
        description x
        use_backend x
        redirect location x
        http-request deny
        capture cookie x len 5
        stats admin if x
        stats http-request deny
      """,
      says:
        """
        ALERT config : parsing [f.cfg:5] : 'bind' not allowed in 'defaults' section.
        ALERT config : [f.cfg:6] : 'server' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:7]: 'id' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:8]: 'description' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:9] : 'use_backend' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:10] : 'redirect' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:11] : 'http-request' not allowed in anonymous 'defaults' \
        section.
        ALERT config : parsing [f.cfg:12] : 'capture cookie' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:13]: 'stats admin' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:14]: 'stats' not allowed in 'defaults' section.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "numbers",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        maxconn
        maxconn 5 6
        backlog
        fullconn
        retries
        retries 5 6
        id
        id 0
        id 5
        description
        disabled x
        default_backend
        default_backend a b
        use_backend
        use_backend x y
        use_backend x if nope
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : 'maxconn' expects an integer argument.
        ALERT config : parsing [f.cfg:9] : 'maxconn' cannot handle unexpected argument '6'.
        ALERT config : parsing [f.cfg:10] : 'backlog' expects an integer argument.
        ALERT config : parsing [f.cfg:11] : 'fullconn' expects an integer argument.
        ALERT config : parsing [f.cfg:12] : 'retries' expects an integer argument (dispatch \
        counts for one).
        ALERT config : parsing [f.cfg:13] : 'retries' cannot handle unexpected argument '6'.
        ALERT config : parsing [f.cfg:14]: 'id' expects an integer argument.
        ALERT config : parsing [f.cfg:15]: custom id has to be > 0.
        ALERT config : parsing [f.cfg:17]: 'description' expects a string argument.
        ALERT config : parsing [f.cfg:18] : 'disabled' cannot handle unexpected argument 'x'.
        ALERT config : parsing [f.cfg:19] : 'default_backend' expects a backend name.
        ALERT config : parsing [f.cfg:20] : 'default_backend' cannot handle unexpected argument \
        'b'.
        ALERT config : parsing [f.cfg:21] : 'use_backend' expects a backend name.
        ALERT config : parsing [f.cfg:22] : unexpected keyword 'y' after switching rule, only \
        'if' and 'unless' are allowed.
        ALERT config : parsing [f.cfg:23] : error detected while parsing switching rule : no \
        such ACL : 'nope'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "oneIDIsForOneProxy",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        id 5
        bind :80
      listen b
        id 5
        bind :81
      """,
      says:
        """
        ALERT config : parsing [f.cfg:9]: proxy b reuses same custom id as proxy a (declared at \
        f.cfg:5).
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "modes",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        mode
        mode health
        mode foo
        mode http
        mode tcp x
      frontend f
        mode log
        mode spop
      backend b
        mode log
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : unknown proxy mode ''.
        ALERT config : parsing [f.cfg:7] : 'mode health' doesn't exist anymore. Please use \
        'http-request return status 200' instead.
        ALERT config : parsing [f.cfg:8] : unknown proxy mode 'foo'.
        ALERT config : parsing [f.cfg:9] : 'mode http' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:10] : 'mode' cannot handle unexpected argument 'x'.
        ALERT config : parsing [f.cfg:12] : mode syslog is only applicable on proxies with \
        backend capability.
        ALERT config : parsing [f.cfg:13] : mode spop is only applicable on proxies with \
        backend capability.
        ALERT config : parsing [f.cfg:15] : 'mode log' is known but not supported by this \
        version of Sluice.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "anInheritedModeIsToldOfEveryProxy",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        mode http
      listen a
        bind :80
        server s 127.0.0.1:81
      listen b
        mode tcp
        bind :82
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT parsing [f.cfg:6] : proxy 'a' inherits 'mode http', which is known but not \
        supported by this version of Sluice.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "timeouts",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        timeout
        timeout foo 5
        timeout connect
        timeout connect 5x
        timeout connect 1000d
        timeout connect 1us
        timeout connect 5 6
        timeout server 50
        timeout client 6s
        timeout client 7s
        timeout tarpit 5s
        timeout http-request 5q
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : 'timeout' supports 'client', 'server', 'connect', \
        'check', 'queue', 'handshake', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', \
        'client-fin' and 'server-fin' (got '')
        ALERT config : parsing [f.cfg:9] : 'timeout' supports 'client', 'server', 'connect', \
        'check', 'queue', 'handshake', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', \
        'client-fin' and 'server-fin' (got 'foo')
        ALERT config : parsing [f.cfg:10] : 'timeout connect' expects an integer value (in \
        milliseconds)
        ALERT config : parsing [f.cfg:11] : unexpected character 'x' in 'timeout connect'
        ALERT config : parsing [f.cfg:12] : timer overflow in argument '1000d' to 'timeout \
        connect' (maximum value is 2147483647 ms or ~24.8 days)
        ALERT config : parsing [f.cfg:14] : 'timeout connect' : unexpected extra argument '6' \
        after value '5'.
        WARNING config : parsing [f.cfg:15] : 'timeout server 50' in proxy 'a' is suspiciously \
        small for a value in milliseconds. Please use an explicit unit ('50ms') if that was the \
        intent.
        WARNING config : parsing [f.cfg:17] : overwriting 'timeout client' which was already \
        specified
        ALERT config : parsing [f.cfg:19] : unexpected character 'q' in 'timeout http-request'
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "balance",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        balance foo
        balance random(0)
        balance random(5
        balance random(5x)
        balance hash
        balance hash src more
        balance hash src,nope
        balance rdp-cookie
        balance rdp-cookie()
        balance rdp-cookie(
        balance rdp-cookiex
        balance rdp-cookie(name)more
        balance random(3)
        persist
        persist cookie
        persist rdp-cookie
        persist rdp-cookie more
        persist rdp-cookie(a) more
        persist rdp-cookie()
        persist rdp-cookies
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : balance only supports 'roundrobin', 'static-rr', \
        'leastconn', 'source', 'uri', 'url_param', 'hash', 'hdr(name)', 'rdp-cookie(name)', \
        'log-hash' and 'sticky' options.
        ALERT config : parsing [f.cfg:9] : balance random : number of draws must be at least 1.
        ALERT config : parsing [f.cfg:10] : balance random : missing closing parenthesis.
        ALERT config : parsing [f.cfg:11] : balance random : unexpected character 'x' after \
        argument.
        ALERT config : parsing [f.cfg:12] : balance hash requires a sample expression.
        ALERT config : parsing [f.cfg:13] : balance hash takes no other argument (got 'more').
        ALERT config : parsing [f.cfg:16] : balance rdp-cookie : missing cookie name.
        ALERT config : parsing [f.cfg:17] : balance rdp-cookie : missing cookie name.
        ALERT config : parsing [f.cfg:18] : balance rdp-cookie : missing cookie name.
        ALERT config : parsing [f.cfg:21] : missing persist method.
        ALERT config : parsing [f.cfg:22] : unknown persist method.
        ALERT config : parsing [f.cfg:25] : 'persist' cannot handle unexpected argument 'more'.
        ALERT config : parsing [f.cfg:26] : persist rdp-cookie(name)' requires an rdp cookie name.
        ALERT config : parsing [f.cfg:27] : persist rdp-cookie(name)' requires an rdp cookie name.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "expressions to balance by",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        balance hash src,nope
      backend b
      backend c
        balance hash res.len
      backend d
        balance hash src,ipmask(24)
      backend e
        balance hash srv_conn(nope)
      backend f
        balance hash payload
        balance source
      """,
      says:
        """
        ALERT backend 'b' [f.cfg:6]: failed to parse 'balance hash' expression 'src,nope' in : \
        unknown converter 'nope'.
        ALERT backend 'c' [f.cfg:7]: error detected while parsing 'balance hash' expression \
        'res.len' which requires information from response buffer, which is not available here.
        ALERT parsing [f.cfg:11]: unable to find server 'nope' in proxy 'e', referenced in arg 1 \
        of sample fetch keyword 'srv_conn' in use-server or balance expression in proxy 'e'.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "options",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        option
        option foo
        option tcplgo
        option nolinger x
        no option tcplog
        default option tcpka
        option tcplog foo
        option tcplog clf x
        option httpchk
        option persist
        no option persist
        option forceclose
        option http-tunnel
        option http_proxy
        option http-restrict-req-hdr-names
        option http-restrict-req-hdr-names x
        option independent-streams
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8]: 'option' expects an option name.
        ALERT config : parsing [f.cfg:9] : unknown option 'foo'.
        ALERT config : parsing [f.cfg:10] : unknown option 'tcplgo'; did you mean 'tcplog' \
        maybe ?
        ALERT config : parsing [f.cfg:11] : 'option nolinger' cannot handle unexpected argument \
        'x'.
        ALERT config : parsing [f.cfg:12]: negation/default is not supported for option \
        'tcplog'.
        ALERT config : parsing [f.cfg:13]: negation/default is not supported for option 'tcpka'.
        ALERT config : parsing [f.cfg:14] : keyword 'tcplog' only supports option 'clf'.
        ALERT config : parsing [f.cfg:15] : 'option tcplog' cannot handle unexpected argument \
        'x'.
        ALERT config : parsing [f.cfg:19]: option 'forceclose' is not supported any more since \
        HAProxy 2.0, please just remove it, or use 'option httpclose' if absolutely needed.
        ALERT config : parsing [f.cfg:20]: option 'http-tunnel' is not supported any more since \
        HAProxy 2.1, please just remove it, it shouldn't be needed.
        ALERT config : parsing [f.cfg:21]: option 'http_proxy' is not supported any more since \
        HAProxy 2.5. This option stopped working in HAProxy 1.9 and usually had nasty side \
        effects. It can be more reliably implemented with combinations of 'http-request \
        set-dst' and 'http-request set-uri', and even 'http-request do-resolve' if DNS \
        resolution is desired.
        ALERT config : parsing [f.cfg:22] : missing parameter. option \
        'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option.
        ALERT config : parsing [f.cfg:23] : invalid parameter 'x'. option \
        'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option.
        ALERT config : parsing [f.cfg:24] : 'option independent-streams' is known but not \
        supported by this version of Sluice.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "source",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        source
        source 1.2.3.4:5-6
        source nowhere
        source 1.2.3.4 usesrc client
        source 1.2.3.4 foo
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : 'source' expects <addr>[:<port>], and optionally \
        'usesrc' <addr>, and 'interface' <name>.
        ALERT config : parsing [f.cfg:9] : 'source 1.2.3.4:5-6' : port range not permitted \
        here in '1.2.3.4:5-6'
        ALERT config : parsing [f.cfg:10] : 'source nowhere' : invalid address: 'nowhere' in \
        'nowhere'
        ALERT config : parsing [f.cfg:12] : 'source' only supports optional keywords \
        'interface' and 'usesrc'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "backends without servers, and rates",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        rate-limit sessions 5
        dispatch 127.0.0.1:80
      listen a
        bind :80
        dispatch
        dispatch 127.0.0.1
        dispatch 127.0.0.1:80 more
        dispatch nowhere:80
        option transparent
        no option transparent
        transparent
        transparent more
        rate-limit
        rate-limit connections 5
        rate-limit sessions
        rate-limit sessions 5x
        rate-limit sessions 6
        rate-limit sessions 7
      backend b
        rate-limit sessions 5
      frontend c
        bind :81
        dispatch 127.0.0.1:80
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'dispatch' not allowed in 'defaults' section.
        ALERT config : parsing [f.cfg:9] : 'dispatch' : '' resolves to an empty address \
        (environment variable missing?)
        ALERT config : parsing [f.cfg:10] : 'dispatch' : missing port specification in \
        '127.0.0.1'
        ALERT config : parsing [f.cfg:11] : 'dispatch' cannot handle unexpected argument \
        'more'.
        ALERT config : parsing [f.cfg:12] : 'dispatch' : invalid address: 'nowhere' in \
        'nowhere:80'
        WARNING config : parsing [f.cfg:13]: option 'transparent' is deprecated in 3.3 and \
        will be removed in 3.5. The modern way to do the same is to create a server with \
        address 0.0.0.0. It is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING config : parsing [f.cfg:14]: option 'transparent' is deprecated in 3.3 and \
        will be removed in 3.5. The modern way to do the same is to create a server with \
        address 0.0.0.0. It is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING config : parsing [f.cfg:15]: 'transparent' is deprecated in 3.3 and will be \
        removed in 3.5. The modern way to do the same is to create a server with address \
        0.0.0.0. It is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        ALERT config : parsing [f.cfg:16] : 'transparent' cannot handle unexpected argument \
        'more'.
        ALERT config : parsing [f.cfg:17] : 'rate-limit' only supports 'sessions' (got '')
        ALERT config : parsing [f.cfg:18] : 'rate-limit' only supports 'sessions' (got \
        'connections')
        ALERT config : parsing [f.cfg:19] : 'rate-limit sessions' expects expects an integer \
        value (in sessions/second)
        ALERT config : parsing [f.cfg:20] : 'rate-limit sessions' : unexpected character 'x' \
        in integer value '5x'
        WARNING config : parsing [f.cfg:22] : overwriting rate-limit sessions which was \
        already specified
        WARNING config : parsing [f.cfg:24] : rate-limit sessions will be ignored because \
        backend 'b' has no frontend capability
        WARNING config : parsing [f.cfg:27] : 'dispatch' ignored because frontend 'c' has no \
        backend capability.
        WARNING config : parsing [f.cfg:27]: 'dispatch' is deprecated in 3.3 and will be \
        removed in 3.5. The modern way to do the same is to create a server with the same \
        address, and possibly to assign any extra server a weight of zero if any:
            server dispatch 127.0.0.1:80
        Note that it is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "balancing and backends without servers",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        balance roundrobin
        dispatch 127.0.0.1:80
      backend b
        option transparent
        balance source
      backend c
        option transparent
        dispatch 127.0.0.1:80
        server s 127.0.0.1:81 weight 5
      """,
      says:
        """
        WARNING config : parsing [f.cfg:7]: 'dispatch' is deprecated in 3.3 and will be \
        removed in 3.5. The modern way to do the same is to create a server with the same \
        address, and possibly to assign any extra server a weight of zero if any:
            server dispatch 127.0.0.1:80
        Note that it is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING config : parsing [f.cfg:9]: option 'transparent' is deprecated in 3.3 and will \
        be removed in 3.5. The modern way to do the same is to create a server with address \
        0.0.0.0. It is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING config : parsing [f.cfg:12]: option 'transparent' is deprecated in 3.3 and \
        will be removed in 3.5. The modern way to do the same is to create a server with \
        address 0.0.0.0. It is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING config : parsing [f.cfg:13]: 'dispatch' is deprecated in 3.3 and will be \
        removed in 3.5. The modern way to do the same is to create a server with the same \
        address, and possibly to assign any extra server a weight of zero if any:
            server dispatch 127.0.0.1:80
        Note that it is still possible to silence this warning by setting \
        'expose-deprecated-directives' in the 'global' section, but do not wait to fix your \
        configuration!
        WARNING dispatch address of backend 'a' will be ignored in balance mode.
        ALERT backend 'b' cannot use both transparent and balance mode.
        ALERT Fatal errors found in configuration.
        """),
  ]
}
