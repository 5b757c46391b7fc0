/// Configurations and everything that is said about them.
extension Golden {
  static let section = [
    Golden(
      "wordsOutsideOfSections",
      """
      bind :80
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1]: unknown keyword 'bind' out of section.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "unsupportedSectionsAreSkipped",
      """
      resolvers dns
        nameserver a 127.0.0.1:53
        foo bar
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : 'resolvers' is known but not supported by this \
        version of Sluice.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "unknownWordsAreNotSections",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      foo bar
      """,
      says:
        """
        ALERT config : parsing [f.cfg:5] : unknown keyword 'foo' in 'defaults' section
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "aProxyNeedsAName",
      """
      listen
        bind :80
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : 'listen' expects an <id> argument
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "namesHaveFewCharacters",
      """
      listen a^b
        bind :80
      backend x,y
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : character '^' is not permitted in 'listen' name \
        'a^b'.
        ALERT config : parsing [f.cfg:3] : character ',' is not permitted in 'backend' name \
        'x,y'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "addressesBelongBehindBind",
      """
      listen a 127.0.0.1:80
        server s 127.0.0.1:81
      backend b 127.0.0.1:80
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : please use the 'bind' keyword for listening \
        addresses.
        ALERT config : parsing [f.cfg:2] : 'listen' or 'defaults' expected.
        ALERT config : parsing [f.cfg:3] : 'backend' cannot handle unexpected argument \
        '127.0.0.1:80'.
        ALERT config : parsing [f.cfg:4] : 'listen' or 'defaults' expected.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "twoProxiesOfOneName",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
      backend a
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT config : Parsing [f.cfg:8]: backend 'a' has the same name as proxy 'a' declared \
        at f.cfg:5.
        ALERT config : Parsing [f.cfg:8]: backend 'a' has the same name as proxy 'a' declared \
        at f.cfg:5. This is no longer supported as of 3.3. Please rename one or the other.
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "frontendAndBackendOfOneName",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend a
        bind :80
      backend a
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT config : Parsing [f.cfg:7]: backend 'a' has the same name as frontend 'a' \
        declared at f.cfg:5. This is no longer supported as of 3.3. Please rename one or the \
        other.
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "defaultsMustExist",
      """
      listen a from nowhere
        bind :80
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : defaults section 'nowhere' not found for proxy 'a'.
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "aReplacedDefaultsIsAmbiguous",
      """
      defaults d
        timeout client 1s
      defaults d
        timeout client 2s
      listen a from d
        bind :80
      """,
      says:
        """
        ALERT config : parsing [f.cfg:5] : ambiguous defaults section name 'd' referenced by \
        proxy 'a' exists at least at f.cfg:3 and f.cfg:1.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "aReferencedDefaultsStays",
      """
      defaults d
        timeout client 1s
      frontend a from d
        bind :80
      defaults d
        timeout client 2s
      """,
      says:
        """
        ALERT config : Parsing [f.cfg:5]: defaults 'd' has the same name as another defaults \
        section declared at f.cfg:1 which was explicitly referenced hence cannot be replaced. \
        Please remove or rename one of the offending defaults section.
        ALERT config : Error(s) found in configuration file : f.cfg
        """),
    Golden(
      "explicitAndImplicitUseOfDefaults",
      """
      defaults d
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a from d
        bind :80
        server s 127.0.0.1:81
      listen b
        bind :82
        server s 127.0.0.1:83
      """,
      says:
        """
        WARNING config : parsing [f.cfg:8] : defaults section 'd' (declared at f.cfg:1) is \
        explicitly referenced by another proxy and implicitly used here. To avoid any ambiguity \
        don't mix both usage. Add a last defaults section not explicitly used or always use \
        explicit references.
        """),
    Golden(
      "globalTakesNoName",
      """
      global foo
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT config : parsing [f.cfg:1] : 'global' cannot handle unexpected argument 'foo'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "globalAfterOthers",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      global
        nbthread 2
        thread-groups 1
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        DIAG config : parsing [f.cfg:5] : global section detected after a non-global one, the \
        prevalence of their statements is unspecified
        ALERT config : parsing [f.cfg:6] : 'nbthread' not allowed if a non-global section was \
        previously defined. This parameter must be declared in the first global section
        ALERT config : parsing [f.cfg:7] : 'thread-groups' not allowed if a non-global section \
        was previously defined. This parameter must be declared in the first global section
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "noAndDefault",
      """
      global
        no daemon
        no log
        no strict-limits
        no busy-polling
        no numa-cpu-mapping
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        no bind :82
        default maxconn
      """,
      says:
        """
        ALERT config : parsing [f.cfg:2]: negation/default currently supported only for \
        options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and \
        numa-cpu-mapping.
        ALERT config : parsing [f.cfg:14]: negation/default currently supported only for \
        options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and \
        numa-cpu-mapping.
        ALERT config : parsing [f.cfg:15]: negation/default currently supported only for \
        options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and \
        numa-cpu-mapping.
        ALERT config : parsing [f.cfg:15] : 'maxconn' expects an integer argument.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "unknownProxyWords",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        bnid :82
        qqqqqqqqqq
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : unknown keyword 'bnid' in 'listen' section; did you \
        mean 'bind' maybe ?
        ALERT config : parsing [f.cfg:9] : unknown keyword 'qqqqqqqqqq' in 'listen' section
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "removedWords",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        clitimeout 5
        contimeout 5
        srvtimeout 5
        monitor-net 1.2.3.4
        bind-process 1
        appsession x
        grace 1
        redispatch
        block if x
        reqrep a b
        reqdel a
        reqdeny a
        reqpass a
        reqipass a
        reqadd a
        rspdel a
        rspadd a
        usesrc client
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : the 'clitimeout' directive is not supported anymore \
        since HAProxy 2.1. Use 'timeout client'.
        ALERT config : parsing [f.cfg:9] : the 'contimeout' directive is not supported anymore \
        since HAProxy 2.1. Use 'timeout connect'.
        ALERT config : parsing [f.cfg:10] : the 'srvtimeout' directive is not supported anymore \
        since HAProxy 2.1. Use 'timeout server'.
        ALERT config : parsing [f.cfg:11] : 'monitor-net' doesn't exist anymore. Please use \
        'http-request return status 200 if { src 1.2.3.4 }' instead.
        ALERT config : parsing [f.cfg:12]: 'bind-process' is not supported anymore.
        ALERT config : parsing [f.cfg:13] : 'appsession' is not supported anymore since HAProxy \
        1.6.
        ALERT config : parsing [f.cfg:14]: the 'grace' keyword is not supported any more since \
        HAProxy version 2.5.
        ALERT config : parsing [f.cfg:15] : keyword 'redispatch' directive is not supported \
        anymore since HAProxy 2.1. Use 'option redispatch'.
        ALERT config : parsing [f.cfg:16] : The 'block' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-request deny' which uses the exact same syntax.
        ALERT config : parsing [f.cfg:17] : The 'reqrep' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-request replace-path', 'http-request replace-uri' or \
        'http-request replace-header' instead.
        ALERT config : parsing [f.cfg:18] : The 'reqdel' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-request del-header' instead.
        ALERT config : parsing [f.cfg:19] : The 'reqdeny' not supported anymore since HAProxy \
        2.1. Use 'http-request deny' instead.
        ALERT config : parsing [f.cfg:20] : The 'reqpass' not supported anymore since HAProxy \
        2.1.
        ALERT config : parsing [f.cfg:21] : The 'reqipass' directive is not supported anymore \
        since HAProxy 2.1.
        ALERT config : parsing [f.cfg:22] : The 'reqadd' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-request add-header' instead.
        ALERT config : parsing [f.cfg:23] : The 'rspdel' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-response del-header' .
        ALERT config : parsing [f.cfg:24] : The 'rspadd' directive is not supported anymore \
        since HAProxy 2.1. Use 'http-response add-header' instead.
        ALERT config : parsing [f.cfg:25] : 'usesrc' only allowed after a 'source' statement.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
