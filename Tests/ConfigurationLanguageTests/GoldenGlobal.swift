/// Configurations and everything that is said about them.
extension Golden {
  static let global = [
    Golden(
      "argumentsAndRepetitions",
      """
      global
        maxconn
        maxconn x
        maxconn 10
        maxconn 20
        daemon now
        ulimit-n
        ulimit-n 5
        ulimit-n 6
        fd-hard-limit 7
        fd-hard-limit 8
        maxpipes
        maxpipes 3 4
        spread-checks
        spread-checks 51
        spread-checks 5
        spread-checks 6
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
        ALERT config : parsing [f.cfg:2] : 'maxconn' expects an integer argument.
        ALERT config : parsing [f.cfg:3] : cannot parse 'maxconn' value 'x', an integer is \
        expected.
        ALERT config : parsing [f.cfg:4] : 'maxconn' already specified. Continuing.
        ALERT config : parsing [f.cfg:5] : 'maxconn' already specified. Continuing.
        ALERT config : parsing [f.cfg:6] : 'daemon' cannot handle unexpected argument 'now'.
        ALERT config : parsing [f.cfg:7] : 'ulimit-n' expects an integer argument.
        ALERT config : parsing [f.cfg:9] : 'ulimit-n' already specified. Continuing.
        ALERT config : parsing [f.cfg:11] : 'fd-hard-limit' already specified. Continuing.
        ALERT config : parsing [f.cfg:12] : 'maxpipes' expects an integer argument.
        ALERT config : parsing [f.cfg:13] : 'maxpipes' cannot handle unexpected argument '4'.
        ALERT config : parsing [f.cfg:14]: 'spread-checks' expects an integer argument (0..50).
        ALERT config : parsing [f.cfg:15]: 'spread-checks' needs a positive value in range \
        0..50.
        ALERT config : parsing [f.cfg:16]: spread-checks already specified. Continuing.
        ALERT config : parsing [f.cfg:17]: spread-checks already specified. Continuing.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "repetitionsAloneDoNotStopTheProcess",
      """
      global
        maxconn 10
        maxconn 20
        uid 1
        user nobody
        gid 1
        group nogroup
        gid 2
        pidfile a
        pidfile b
        chroot /x
        chroot /y
        log-send-hostname
        log-send-hostname x
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
        ALERT config : parsing [f.cfg:3] : 'maxconn' already specified. Continuing.
        ALERT config : parsing [f.cfg:5] : user/uid already specified. Continuing.
        ALERT config : parsing [f.cfg:7] : gid/group was already specified. Continuing.
        ALERT config : parsing [f.cfg:8] : group/gid already specified. Continuing.
        WARNING config : parsing [f.cfg:10] : 'pidfile' already specified. Continuing.
        WARNING config : parsing [f.cfg:12] : 'chroot' is already specified. Continuing.
        ALERT config : parsing [f.cfg:14] : 'log-send-hostname' already specified. Continuing.
        """),
    Golden(
      "identities",
      """
      global
        uid
        uid x
        gid y
        user
        node a:b
        node
        description
        log-tag
        pidfile
        chroot
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
        ALERT config : parsing [f.cfg:2] : 'uid' expects an integer argument.
        WARNING config : parsing [f.cfg:3] :  uid: string 'x' is not a number.
           | You might want to use the 'user' parameter to use a system user name.
        WARNING config : parsing [f.cfg:4] :  gid: string 'y' is not a number.
           | You might want to use the 'group' parameter to use a system group name.
        ALERT config : parsing [f.cfg:5] : cannot find user id for '' (0:Success)
        ALERT config : parsing [f.cfg:6]: 'node' requires valid node name - non-empty string \
        with digits(0-9), letters(A-Z, a-z), dot(.), hyphen(-) or underscode(_).
        ALERT config : parsing [f.cfg:7]: 'node' requires valid node name - non-empty string \
        with digits(0-9), letters(A-Z, a-z), dot(.), hyphen(-) or underscode(_).
        ALERT config : parsing [f.cfg:8]: 'description' expects a string argument.
        ALERT config : parsing [f.cfg:9] : 'log-tag' expects a tag for use in syslog.
        ALERT config : parsing [f.cfg:10] : 'pidfile' expects a file name as an argument.
        ALERT config : parsing [f.cfg:11] : 'chroot' expects a directory as an argument.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "threads",
      """
      global
        nbthread
        nbthread 0
        nbthread 2x
        nbthread 1025
        thread-groups 2
        thread-groups 33
        nbthread 2
        nbthread 3
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
        ALERT config : parsing [f.cfg:2] : 'nbthread' passed a missing or unparsable integer \
        value in ''
        ALERT config : parsing [f.cfg:3] : 'nbthread' value must be between 1 and 1024 (was 0)
        ALERT config : parsing [f.cfg:4] : 'nbthread' passed a missing or unparsable integer \
        value in '2x'
        ALERT config : parsing [f.cfg:5] : 'nbthread' value must be between 1 and 1024 (was \
        1025)
        ALERT config : parsing [f.cfg:6] : 'thread-groups 2' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:7] : 'thread-groups' value must be between 1 and 32 (was \
        33)
        DIAG config : parsing [f.cfg:9] : 'nbthread' is already defined and will be overridden.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "times",
      """
      global
        hard-stop-after
        hard-stop-after 5x
        hard-stop-after 1000d
        grace 1us
        max-spread-checks
        max-spread-checks 5x
        max-spread-checks 1000d
        max-spread-checks 1us
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
        ALERT config : parsing [f.cfg:2] : 'hard-stop-after' expects <time> as argument.
        ALERT config : parsing [f.cfg:3] : unexpected character 'x' in argument to \
        <hard-stop-after>.
        ALERT config : parsing [f.cfg:4] : timer overflow in argument '1000d' to \
        'hard-stop-after' (maximum value is 2147483647 ms or ~24.8 days)
        ALERT config : parsing [f.cfg:6]: 'max-spread-checks' expects an integer argument \
        (0..50).
        ALERT config : parsing [f.cfg:7]: unsupported character 'x' in 'max-spread-checks' \
        (wants an integer delay).
        ALERT config : parsing [f.cfg:8]: timer overflow in argument <1000d> to \
        <max-spread-checks>, maximum value is 2147483647 ms (~24.8 days).
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "unixBind",
      """
      global
        unix-bind prefix
        unix-bind prefix /a prefix /b
        unix-bind mode 600 foo
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
        ALERT config : parsing [f.cfg:2] : unix_bind 'prefix' expects a path as an argument.
        ALERT config : parsing [f.cfg:3] : unix-bind 'prefix' already specified. Continuing.
        ALERT config : parsing [f.cfg:4] : 'unix-bind' only supports the 'prefix', 'mode', \
        'uid', 'gid', 'user' and 'group' options.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "environment",
      """
      global
        setenv
        setenv A
        setenv A b c
        setenv A=B c
        unsetenv
        presetenv A x
        unsetenv A=
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
        ALERT config : parsing [f.cfg:2] : 'setenv' expects environment variable name.
        .
        ALERT config : parsing [f.cfg:3] : 'setenv' expects environment variable value for 'A'.
        .
        ALERT config : parsing [f.cfg:4] : 'setenv' cannot handle unexpected argument 'c'.
        ALERT config : parsing [f.cfg:5] : 'setenv' failed on variable 'A=B' : Invalid argument.
        ALERT config : parsing [f.cfg:6] : 'unsetenv' expects at least one variable name.
        ALERT config : parsing [f.cfg:8] : 'unsetenv' failed on variable 'A=' : Invalid \
        argument.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "tuning",
      """
      global
        tune.engine
        tune.engine kqueue
        tune.engine io_uring
        tune.buffers
        tune.buffers 100
        tune.buffers 256
        tune.bufsize
        tune.bufsize 0
        tune.bufsize 16x
        tune.maxaccept
        tune.maxaccept 10
        tune.maxaccept 20
        tune.rcvbuf.client
        tune.rcvbuf.client 64k
        tune.rcvbuf.client 64k
        tune.sndbuf.server 1q
        tune.pipesize 1 2
        set-dumpable maybe
        set-dumpable libs
        noepoll
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
        ALERT config : parsing [f.cfg:2] : 'tune.engine' expects 'auto', 'io_uring' or 'epoll', \
        found ''.
        ALERT config : parsing [f.cfg:3] : 'tune.engine' expects 'auto', 'io_uring' or 'epoll', \
        found 'kqueue'.
        ALERT config : parsing [f.cfg:5] : 'tune.buffers' expects an integer argument.
        ALERT config : parsing [f.cfg:6] : 'tune.buffers' expects a power of two between 16 and \
        32768, found '100'.
        ALERT config : parsing [f.cfg:8] : 'tune.bufsize' expects an integer argument
        ALERT config : parsing [f.cfg:9] : 'tune.bufsize' expects a positive integer argument.
        ALERT config : parsing [f.cfg:10] : unexpected 'x' after size passed to 'tune.bufsize'
        ALERT config : parsing [f.cfg:11] : 'tune.maxaccept' expects an integer argument
        WARNING config : parsing [f.cfg:13] : 'tune.maxaccept' already specified. Continuing.
        ALERT config : parsing [f.cfg:14] : 'tune.rcvbuf.client' expects an integer argument.
        WARNING config : parsing [f.cfg:16] : 'tune.rcvbuf.client' already specified. \
        Continuing.
        ALERT config : parsing [f.cfg:17] : unexpected 'q' after size passed to \
        'tune.sndbuf.server'
        ALERT config : parsing [f.cfg:18] : 'tune.pipesize' cannot handle unexpected argument \
        '2'.
        ALERT config : parsing [f.cfg:19] : 'set-dumpable' only supports 'on' and 'off' as an \
        argument, found 'maybe'.
        ALERT config : parsing [f.cfg:20] : 'set-dumpable libs' is known but not supported by \
        this version of Sluice.
        WARNING config : parsing [f.cfg:21] : 'noepoll' is ignored: epoll is what Sluice falls \
        back to where io_uring is not permitted.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "splicing",
      """
      global
        tune.splice
        tune.splice often
        tune.splice auto threshold
        tune.splice auto threshold 0
        tune.splice auto patience 256
        tune.splice auto size 1
        tune.pt.zero-copy-forwarding maybe
        tune.pt.zero-copy-forwarding off
        tune.disable-zero-copy-forwarding
        tune.splice auto threshold 4k patience 1
      """,
      says:
        """
        ALERT config : parsing [f.cfg:2] : 'tune.splice' expects 'auto' or 'ring', found ''.
        ALERT config : parsing [f.cfg:3] : 'tune.splice' expects 'auto' or 'ring', found 'often'.
        ALERT config : parsing [f.cfg:4] : 'tune.splice threshold' expects a size from 1 byte to \
        1g, found ''.
        ALERT config : parsing [f.cfg:5] : 'tune.splice threshold' expects a size from 1 byte to \
        1g, found '0'.
        ALERT config : parsing [f.cfg:6] : 'tune.splice patience' expects an integer from 1 to \
        255, found '256'.
        ALERT config : parsing [f.cfg:7] : 'tune.splice' expects 'threshold' or 'patience', found \
        'size'.
        ALERT config : parsing [f.cfg:8] : 'tune.pt.zero-copy-forwarding' expects 'on' or 'off'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "splicingOnTheRing",
      """
      global
        tune.splice ring
        noio_uring
      """,
      says:
        """
        ALERT config : parsing [f.cfg:2] : 'tune.splice ring' needs io_uring, which 'tune.engine \
        epoll' and 'noio_uring' exclude; 'tune.splice auto' splices on both engines.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "notSupported",
      """
      global
        stats socket /tmp/x level admin
        stats timeout 5s
        master-worker
        ca-base /x
        nbproc 2
        tune.chksize 1
        busy-polling
        numa-cpu-mapping
        chroot auto
        foo
        maxcon 5
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
        ALERT config : parsing [f.cfg:2] : 'stats socket' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:3] : 'stats timeout' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:4] : 'master-worker' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:5] : 'ca-base' is known but not supported by this version \
        of Sluice.
        ALERT config : parsing [f.cfg:6] : nbproc is not supported any more since HAProxy 2.5. \
        Threads will automatically be used on multi-processor machines if available.
        ALERT config : parsing [f.cfg:7] : option 'tune.chksize' is not supported any more \
        (tune.bufsize is used instead).
        ALERT config : parsing [f.cfg:9] : 'numa-cpu-mapping' is known but not supported by \
        this version of Sluice.
        ALERT config : parsing [f.cfg:10] : 'chroot auto' is known but not supported by this \
        version of Sluice.
        ALERT config : parsing [f.cfg:11] : unknown keyword 'foo' in 'global' section
        ALERT config : parsing [f.cfg:12] : unknown keyword 'maxcon' in 'global' section; did \
        you mean 'maxconn' maybe ?
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "wordsOfHTTPSayNothing",
      """
      global
        tune.h2.max-concurrent-streams 5
        maxzlibmem 5
        limited-quic
        nopoll
        insecure-fork-wanted
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

        """),
  ]
}
