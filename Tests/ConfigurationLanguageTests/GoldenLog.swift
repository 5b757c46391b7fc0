/// Configurations and everything that is said about them.
extension Golden {
  static let log = [
    Golden(
      "logs",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        log
        log global x y z
        log 127.0.0.1
        log 127.0.0.1 foo
        log 127.0.0.1 local0 foo
        log 127.0.0.1 local0 info foo
        log 127.0.0.1 local0 info err x
        log 127.0.0.1 len 5 local0
        log 127.0.0.1 format foo local0
        log 127.0.0.1 sample 1 local0
        log 127.0.0.1 sample 1,1:2 local0
        log 127.0.0.1 sample 3-2:5 local0
        log 127.0.0.1 sample 1-5:2 local0
        log 127.0.0.1 sample :2 local0
        log 127.0.0.1 sample 1:x local0
        log ring@x local0
        log tcp@127.0.0.1:5 local0
        log nowhere local0
        log 127.0.0.1 profile x local0
        no log x
        log-tag
        log-format
        log-format a b
      """,
      says:
        """
        ALERT config : parsing [f.cfg:8] : log : expects <address> and <facility> or global as \
        arguments
        ALERT config : parsing [f.cfg:9] : log : unknown log facility 'x'
        ALERT config : parsing [f.cfg:10] : log : expects <address> and <facility> or global as \
        arguments
        ALERT config : parsing [f.cfg:11] : log : unknown log facility 'foo'
        ALERT config : parsing [f.cfg:12] : log : unknown optional log level 'foo'
        ALERT config : parsing [f.cfg:13] : log : unknown optional minimum log level 'foo'
        ALERT config : parsing [f.cfg:14] : log : cannot handle unexpected argument 'x'
        ALERT config : parsing [f.cfg:15] : log : invalid log length '5', must be between 80 \
        and 65535
        ALERT config : parsing [f.cfg:16] : log : unknown log format 'foo'
        ALERT config : parsing [f.cfg:17] : log : Missing sample size
        ALERT config : parsing [f.cfg:18] : log : ranges are overlapping
        ALERT config : parsing [f.cfg:19] : log : wrong sample range '3-2'
        ALERT config : parsing [f.cfg:20] : log : sample size 2 should be greater or equal to 5 \
        the maximum of the high ranges limits
        ALERT config : parsing [f.cfg:21] : log : no sampling ranges given
        ALERT config : parsing [f.cfg:22] : log : wrong sample size 'x' for sample range '1'
        ALERT config : parsing [f.cfg:23] : log : the target 'ring@x' is known but not \
        supported by this version of Sluice.
        ALERT config : parsing [f.cfg:24] : log : the target 'tcp@127.0.0.1:5' is known but not \
        supported by this version of Sluice.
        ALERT config : parsing [f.cfg:25] : log : invalid address: 'nowhere' in 'nowhere'
        ALERT config : parsing [f.cfg:26] : log : 'log ... profile' is known but not supported \
        by this version of Sluice.
        ALERT config : parsing [f.cfg:27] : log : 'no log' does not expect arguments
        ALERT config : parsing [f.cfg:28] : 'log-tag' expects a tag for use in syslog.
        ALERT config : parsing [f.cfg:29] : log-format expects an argument.
        ALERT config : parsing [f.cfg:30] : log-format expects only one argument, don't forget \
        to escape spaces!
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "globalLogsAreNotCopiedIntoGlobal",
      """
      global
        log global
        log 127.0.0.1
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
        ALERT config : parsing [f.cfg:2] : log : 'global' is not supported for a global syslog \
        server
        ALERT config : parsing [f.cfg:3] : log : expects <address> and <facility>  as arguments
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "formatsOverrideInDefaults",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        option tcplog
        option httplog
        log-format x
        option tcplog clf
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING config : parsing [f.cfg:6]: 'option httplog' overrides previous 'option tcplog' \
        in 'defaults' section.
        WARNING config : parsing [f.cfg:7]: 'log-format' overrides previous 'option httplog' in \
        'defaults' section.
        WARNING config : parsing [f.cfg:8]: 'option tcplog clf' overrides previous 'log-format' \
        in 'defaults' section.
        WARNING log format ignored for proxy 'a' since it has no log address.
        """),
    Golden(
      "formatsNeedATarget",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        option tcplog
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING log format ignored for proxy 'a' since it has no log address.
        """),
    Golden(
      "aBrokenFormat",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        log 127.0.0.1 local0
        log-format %zz
        server s 127.0.0.1:81
      """,
      says:
        """
        ALERT Parsing [f.cfg:8]: failed to parse log-format : no such format alias 'zz'. If you \
        wanted to emit the '%' character verbatim, you need to use '%%'.
        ALERT Fatal errors found in configuration.
        """),
  ]
}
