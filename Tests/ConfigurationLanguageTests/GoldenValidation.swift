/// Configurations and everything that is said about them.
extension Golden {
  static let validation = [
    Golden(
      "missingTimeouts",
      """
      listen a
        bind :80
        server s 127.0.0.1:81
      """,
      says:
        """
        WARNING missing timeouts for proxy 'a'.
           | While not properly invalid, you will certainly encounter various problems
           | with such a configuration. To fix this, please ensure that all following
           | timeouts are set to a non-zero value: 'client', 'connect', 'server'.
        """),
    Golden(
      "aTunnelTimeoutIsEnoughForTheServer",
      """
      listen a
        bind :80
        timeout client 5s
        timeout connect 5s
        timeout tunnel 1h
        server s 127.0.0.1:81
      """,
      says:
        """

        """),
    Golden(
      "noBind",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        server s 127.0.0.1:81
      frontend b
        default_backend a
      """,
      says:
        """
        WARNING proxy 'a' has no 'bind' directive. Please declare it as a backend if this was \
        intended.
        WARNING frontend 'b' has no 'bind' directive. Please declare it as a backend if this \
        was intended.
        """),
    Golden(
      "backendsMustExist",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      frontend a
        bind :80
        use_backend x
        use_backend f
        default_backend y
      frontend f
        bind :81
        default_backend f
      """,
      says:
        """
        ALERT Proxy 'a': unable to find required default_backend: 'y'.
        ALERT Proxy 'a': unable to find required use_backend: 'x'.
        ALERT Proxy 'a': unable to find required use_backend: 'f'.
        ALERT Proxy 'f': unable to find required default_backend: 'f'.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "noLoops",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        use_backend a
        default_backend a
      """,
      says:
        """
        ALERT Proxy 'a': loop detected for default_backend: 'a'.
        ALERT Proxy 'a': loop detected for use_backend: 'a'.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "serversBesideADefaultBackend",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        default_backend b
      backend b
      """,
      says:
        """
        WARNING In proxy 'a', the 'default_backend' rule always has precedence over the \
        servers, which will never be used.
        """),
    Golden(
      "serverNamesAreDistinct",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1:81
        server s 127.0.0.1:82
        server s 127.0.0.1:83
      """,
      says:
        """
        ALERT parsing [f.cfg:8] : proxy 'a', another server named 's' was already defined at \
        line 7, please use distinct names.
        ALERT parsing [f.cfg:9] : proxy 'a', another server named 's' was already defined at \
        line 8, please use distinct names.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "tracking",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s1 127.0.0.1:81 track x/y
        server s2 127.0.0.1:81 track y
        server s3 127.0.0.1:81 track b/t1
        server s4 127.0.0.1:81 track b/t2
        server s5 127.0.0.1:81 track s5
        server s6 127.0.0.1:81 track s7
        server s7 127.0.0.1:81 track s6
      backend b
        server t1 127.0.0.1:82
        server t2 127.0.0.1:82 check
      """,
      says:
        """
        ALERT [f.cfg:7] : 'server a/s1' : unable to find required proxy 'x' for tracking.
        ALERT [f.cfg:8] : 'server a/s2' : unable to find required server 'y' for tracking.
        ALERT [f.cfg:9] : 'server a/s3' : unable to use b/t1 for tracking as it does not have \
        any check nor agent enabled.
        ALERT [f.cfg:11] : 'server a/s5' : unable to track a/s5 as it belongs to a tracking \
        chain looping back to a/s5.
        ALERT [f.cfg:13] : 'server a/s7' : unable to track a/s6 as it belongs to a tracking \
        chain looping back to a/s7.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "checksNeedAPort",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        bind :80
        server s 127.0.0.1 check
        server t 127.0.0.1:+1 check
        server u 127.0.0.1 check port 80
        server v 127.0.0.1 check addr 127.0.0.1:80
      """,
      says:
        """
        ALERT config: proxy 'a': server 's' has neither service port nor check port.
        ALERT config: proxy 'a': server 't' has neither service port nor check port.
        ALERT Fatal errors found in configuration.
        """),
    Golden(
      "disabledProxiesAreNotLookedAt",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen a
        disabled
        default_backend nowhere
      """,
      says:
        """

        """),
  ]
}
