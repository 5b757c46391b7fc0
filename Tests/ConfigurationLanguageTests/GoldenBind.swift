/// Configurations and everything that is said about them.
extension Golden {
  static let bind = [
    Golden(
      "addresses",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind
        bind 127.0.0.1
        bind :0
        bind :80,nowhere:81
        bind :90-80
        bind udp@:80
        bind quic4@:80
        bind fd@x
        bind abnsz@x
        bind :99999
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'bind' expects \
        {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.
        ALERT config : parsing [f.cfg:7] : 'bind' : missing port specification in '127.0.0.1'
        ALERT config : parsing [f.cfg:8] : 'bind' : invalid port '0'
        ALERT config : parsing [f.cfg:9] : 'bind' : invalid address: 'nowhere' in 'nowhere:81'
        ALERT config : parsing [f.cfg:10] : 'bind' : invalid port range '90-80'
        ALERT config : parsing [f.cfg:11] : 'bind' : dgram-type address not acceptable in \
        'udp@:80'
        ALERT config : parsing [f.cfg:12] : 'bind' : unsupported stream protocol for datagram \
        family 2 address 'quic4@:80'; QUIC is not compiled in if this is what you were looking \
        for.
        ALERT config : parsing [f.cfg:13] : 'bind' : file descriptor 'x' is not a valid integer \
        in 'fd@x'
        ALERT config : parsing [f.cfg:14] : 'bind' : the address 'abnsz@x' is known but not \
        supported by this version of Sluice.
        ALERT config : parsing [f.cfg:15] : 'bind' : invalid port '99999'
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
      listen a
        bind :80 foo
        bind :80 nmae
        bind :80 name
        bind :80 maxconn
        bind :80 maxconn -1
        bind :80 backlog -1
        bind :80 mss 0
        bind :80 mss
        bind :80 id
        bind :80 id x
        bind :80 id 0
        bind :80-81 id 5
        bind :80 mode 9
        bind :80 uid
        bind :80 user
        bind :80 group
        bind :80 interface
        bind :80 process 1
        bind :80 ssl crt x
        bind :80 id 5
        bind :81 id 5
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : 'bind :80' in section 'listen': unknown keyword \
        'foo'; did you mean 'tfo' maybe ?
        ALERT config : parsing [f.cfg:7] : 'bind :80' in section 'listen': unknown keyword \
        'nmae'; did you mean 'name' maybe ?
        ALERT config : parsing [f.cfg:8] : 'bind :80' in section 'listen' : 'name' : missing \
        name
        ALERT config : parsing [f.cfg:9] : 'bind :80' in section 'listen' : 'maxconn' : missing \
        value
        ALERT config : parsing [f.cfg:10] : 'bind :80' in section 'listen' : 'maxconn' : \
        invalid value -1, must be >= 0
        ALERT config : parsing [f.cfg:11] : 'bind :80' in section 'listen' : 'backlog' : \
        invalid value -1, must be > 0
        ALERT config : parsing [f.cfg:12] : 'bind :80' in section 'listen' : 'mss' : expects an \
        MSS with and absolute value between 1 and 65535
        ALERT config : parsing [f.cfg:13] : 'bind :80' in section 'listen' : 'mss' : missing \
        MSS value
        ALERT config : parsing [f.cfg:14] : 'bind :80' in section 'listen' : 'id' : expects an \
        integer argument
        ALERT config : parsing [f.cfg:15] : 'bind :80' in section 'listen' : 'id' : expects an \
        integer argument, found 'x'
        ALERT config : parsing [f.cfg:16] : 'bind :80' in section 'listen' : 'id' : custom id \
        has to be > 0
        ALERT config : parsing [f.cfg:17] : 'bind :80-81' in section 'listen' : 'id' can only \
        be used with a single socket
        ALERT config : parsing [f.cfg:18] : 'bind :80' in section 'listen' : 'mode' : missing \
        or invalid mode '9' (octal integer expected)
        ALERT config : parsing [f.cfg:19] : 'bind :80' in section 'listen' : 'uid' : missing \
        value
        ALERT config : parsing [f.cfg:20] : 'bind :80' in section 'listen' : 'user' : missing \
        user name
        ALERT config : parsing [f.cfg:21] : 'bind :80' in section 'listen' : 'group' : missing \
        group name
        ALERT config : parsing [f.cfg:22] : 'bind :80' in section 'listen' : 'interface' : \
        missing interface name
        ALERT config : parsing [f.cfg:23] : 'bind :80' in section 'listen' : 'process 1' on \
        'bind' lines is not supported anymore, please use 'thread' instead.
        ALERT config : parsing [f.cfg:24] : 'bind :80' in section 'listen' : 'ssl' is known but \
        not supported by this version of Sluice.
        ALERT config : parsing [f.cfg:26] : 'bind :81' in section 'listen' : 'id' : custom id 5 \
        already used at f.cfg:25 ('bind :80')
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
