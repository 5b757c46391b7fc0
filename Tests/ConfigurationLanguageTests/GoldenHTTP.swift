/// Configurations and everything that is said about them.
extension Golden {
  static let http = [
    Golden(
      "inATCPProxyItIsIgnoredWithAWarning",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        http-request deny
        http-response deny
        http-after-response x
        redirect location /
        stats enable
        monitor-uri /x
        capture cookie x len 5
        cookie x insert
        balance uri
        option forwardfor
        option http-buffer-request
        option forwarded
        option originalto
        option prefer-last-server
        option accept-invalid-http-request
        option httplog
        log 127.0.0.1 local0
        server s 127.0.0.1:81 cookie y
      """,
      says:
        """
        WARNING config : parsing [f.cfg:21]: option 'accept-invalid-http-request' is \
        deprecated. please use 'option accept-unsafe-violations-in-http-request' if absolutely \
        needed.
        WARNING cookie will be ignored for proxy 'a' (needs 'mode http').
        WARNING Layer 7 hash not possible for proxy 'a' (needs 'mode http'). Falling back to \
        round robin.
        WARNING parsing [f.cfg:22] : 'option httplog' not usable with proxy 'a' (needs 'mode \
        http'). Falling back to 'option tcplog'.
        WARNING proxy 'a' : ignoring cookie for server 's' as HTTP mode is disabled.
        WARNING 'stats' statement ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'capture' statement ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'monitor-uri' statement ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'http-request' rules ignored for proxy 'a' as they require HTTP mode.
        WARNING 'http-response' rules ignored for proxy 'a' as they require HTTP mode.
        WARNING 'http-after-response' rules ignored for proxy 'a' as they require HTTP mode.
        WARNING 'redirect' rules ignored for proxy 'a' as they require HTTP mode.
        WARNING 'option http-buffer-request' ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'option prefer-last-server' ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'option accept-unsafe-violations-in-http-request' ignored for proxy 'a' as it \
        requires HTTP mode.
        WARNING 'option forwarded' ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'option forwardfor' ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'option originalto' ignored for proxy 'a' as it requires HTTP mode.
        """),
    Golden(
      "someOfItIsIgnoredInSilence",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        option httpclose
        option http-keep-alive
        option http-server-close
        errorfile 400 /x
        capture request header x len 5
        compression algo gzip
        timeout http-request 5s
        retry-on none
        http-reuse safe
        http-send-name-header x
        unique-id-header x
        server s 127.0.0.1:81 pool-max-conn 5 check-reuse-pool
      """,
      says:
        """

        """),
    Golden(
      "mistakesInIt",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        cookie
        capture
        capture cookie x
        capture request header x
        monitor-uri
        monitor-uri a b
        stats
        stats foo
        server t 127.0.0.1:82 redir
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : 'cookie' expects <cookie_name> as argument.
        ALERT config : parsing [f.cfg:9] : 'capture' expects 'cookie' or 'request header' or \
        'response header'.
        ALERT config : parsing [f.cfg:10] : 'capture' expects 'cookie' <cookie_name> 'len' \
        <len>.
        ALERT config : parsing [f.cfg:11] : 'capture request' expects 'header' <header_name> \
        'len' <len>.
        ALERT config : parsing [f.cfg:12] : 'monitor-uri' expects an URI.
        ALERT config : parsing [f.cfg:13] : 'monitor-uri' cannot handle unexpected argument 'b'.
        ALERT config : parsing [f.cfg:14]: missing keyword in 'stats', expects 'admin', 'uri', \
        'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', 'show-desc' , \
        'show-legends' or 'show-version'.
        ALERT config : parsing [f.cfg:15]: unknown stats parameter 'foo', expects 'admin', \
        'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', 'show-desc' , \
        'show-legends' or 'show-version'.
        ALERT config : [f.cfg:16] : 'server a/t' : 'redir' expects <prefix> as argument..
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "itIsInheritedFromDefaults",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        option forwardfor
        option httplog clf
        cookie x
        stats enable
        balance url_param x
        log 127.0.0.1 local0
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING cookie will be ignored for proxy 'a' (needs 'mode http').
        WARNING Layer 7 hash not possible for proxy 'a' (needs 'mode http'). Falling back to \
        round robin.
        WARNING parsing [f.cfg:6] : 'option httplog clf' not usable with proxy 'a' (needs 'mode \
        http'). Falling back to 'option tcplog clf'.
        WARNING 'stats' statement ignored for proxy 'a' as it requires HTTP mode.
        WARNING 'option forwardfor' ignored for proxy 'a' as it requires HTTP mode.
        """),
    Golden(
      "rulesBehindUseBackend",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend a
        bind :80
        use_backend b
        http-request deny
        redirect location /
        http-request deny
      backend b
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING config : parsing [f.cfg:8] : a 'http-request' rule placed after a 'use_backend' \
        rule will still be processed before.
        WARNING config : parsing [f.cfg:9] : a 'redirect' rule placed after a 'use_backend' \
        rule will still be processed before.
        WARNING config : parsing [f.cfg:10] : a 'http-request' rule placed after a 'redirect' \
        rule will still be processed before.
        WARNING 'http-request' rules ignored for frontend 'a' as they require HTTP mode.
        WARNING 'redirect' rules ignored for frontend 'a' as they require HTTP mode.
        """),
    Golden(
      "aServerCannotRedirect",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81 redir http://x
      """,
      says:
        """
        ALERT proxy 'a' : server cannot have cookie or redirect prefix in non-HTTP mode.
        ALERT Fatal errors found in configuration.
        """),
  ]
}
