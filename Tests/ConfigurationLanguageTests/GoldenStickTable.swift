/// `stick-table` lines and everything that is said about them.
extension Golden {
  static let stickTable = [
    Golden(
      "words of stick tables",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend t1
        stick-table
      backend t2
        stick-table type ip
      backend t3
        stick-table size 1k
      backend t4
        stick-table type foo size 1k
      backend t5
        stick-table type string len
      backend t6
        stick-table type string len x size 1k
      backend t7
        stick-table type string len 0 size 1k
      backend t8
        stick-table type binary len 70000 size 1k
      backend t9
        stick-table type ip len 5 size 1k
      backend t10
        stick-table type ip size
      backend t11
        stick-table type ip size 1x
      backend t12
        stick-table type ip size 0
      backend t13
        stick-table type ip size 1k expire
      backend t14
        stick-table type ip size 1k expire 5q
      backend t15
        stick-table type ip size 1k expire 99999999999
      backend t16
        stick-table type ip size 1k expire 1us
      backend t17
        stick-table type ip size 1k nopurge bla
      backend t18
        stick-table type ip size 1k store
      backend t19
        stick-table type ip size 1k store foo
      backend t20
        stick-table type ip size 1k store gpc0,gpc0
      backend t21
        stick-table type ip size 1k store conn_rate
      backend t22
        stick-table type ip size 1k store conn_rate(
      backend t23
        stick-table type ip size 1k store conn_rate(10s
      backend t24
        stick-table type ip size 1k store conn_rate()
      backend t25
        stick-table type ip size 1k store conn_rate(x)
      backend t26
        stick-table type ip size 1k store conn_rate(0)
      backend t27
        stick-table type ip size 1k store gpc0(5)
      backend t28
        stick-table type ip size 1k store gpc(0)
      backend t29
        stick-table type ip size 1k store gpc(101)
      backend t30
        stick-table type ip size 1k store gpc(x)
      backend t31
        stick-table type ip size 1k store gpc
      backend t32
        stick-table type ip size 1k store gpc(3),gpc0
      backend t33
        stick-table type ip size 1k store gpt(3),gpt0
      backend t34
        stick-table type ip size 1k store gpc_rate(3,10s),gpc0_rate(1s)
      backend t35
        stick-table type ip size 1k store gpc_rate(3)
      backend t36
        stick-table type ip size 1k store gpc_rate(3,)
      backend t37
        stick-table type ip size 1k store gpc_rate(3,5q)
      backend t38
        stick-table type ip size 1k store gpc_rate(3,99999999999)
      backend t39
        stick-table type ip size 1k srvkey foo
      backend t40
        stick-table type ip size 1k srvkey name
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : stick-table: missing size.
        ALERT config : parsing [f.cfg:8] : stick-table: missing size.
        ALERT config : parsing [f.cfg:10] : stick-table: missing type.
        ALERT config : parsing [f.cfg:12] : stick-table: unknown type 'foo'.
        ALERT config : parsing [f.cfg:14] : 'len' expects a positive integer argument.
        ALERT config : parsing [f.cfg:16] : 'len' expects a positive integer argument.
        ALERT config : parsing [f.cfg:18] : 'len' expects a positive integer argument.
        ALERT config : parsing [f.cfg:22] : stick-table: unknown argument 'len'.
        ALERT config : parsing [f.cfg:24] : stick-table: missing argument after 'size'.
        ALERT config : parsing [f.cfg:26] : stick-table: unexpected character 'x' in argument \
        of 'size'.
        ALERT config : parsing [f.cfg:28] : stick-table: missing size.
        ALERT config : parsing [f.cfg:30] : stick-table: missing argument after 'expire'.
        ALERT config : parsing [f.cfg:32] : stick-table: unexpected character 'q' in argument \
        of 'expire'.
        ALERT config : parsing [f.cfg:34]: stick-table: timer overflow in argument \
        <99999999999> to <expire>, maximum value is 2147483647 ms (~24.8 days).
        ALERT config : parsing [f.cfg:38] : stick-table: unknown argument 'bla'.
        ALERT config : parsing [f.cfg:42] : stick-table: unknown store option 'foo'.
        WARNING config : parsing [f.cfg:44]: stick-table: store option 'gpc0' already enabled, \
        ignored.
        ALERT config : parsing [f.cfg:46] : stick-table: missing argument to store option \
        'conn_rate'.
        ALERT config : parsing [f.cfg:48] : stick-table: missing closing parenthesis after \
        store option 'conn_rate'.
        ALERT config : parsing [f.cfg:50] : stick-table: missing closing parenthesis after \
        store option 'conn_rate'.
        ALERT config : parsing [f.cfg:52] : stick-table: error when processing store option \
        'conn_rate'.
        ALERT config : parsing [f.cfg:54] : stick-table: error when processing store option \
        'conn_rate'.
        ALERT config : parsing [f.cfg:58] : stick-table: unexpected argument to store option \
        'gpc0'.
        ALERT config : parsing [f.cfg:60] : stick-table: array size is out of allowed range \
        (1-100) for store option 'gpc'.
        ALERT config : parsing [f.cfg:62] : stick-table: array size is out of allowed range \
        (1-100) for store option 'gpc'.
        ALERT config : parsing [f.cfg:64] : stick-table: array size is out of allowed range \
        (1-100) for store option 'gpc'.
        ALERT config : parsing [f.cfg:66] : stick-table: missing argument to store option \
        'gpc'.
        ALERT config : parsing [f.cfg:68] : stick-table: simultaneous usage of 'gpc' and \
        'gpc[0/1]' in a same table is not permitted as 'gpc' overrides 'gpc[0/1]'.
        ALERT config : parsing [f.cfg:70] : stick-table: simultaneous usage of 'gpt' and \
        'gpt0' in a same table is not permitted as 'gpt' overrides 'gpt0'.
        ALERT config : parsing [f.cfg:72] : stick-table: simultaneous usage of 'gpc_rate' and \
        'gpc[0/1]_rate' in a same table is not permitted as 'gpc_rate' overrides \
        'gpc[0/1]_rate'.
        ALERT config : parsing [f.cfg:74] : stick-table: missing argument to store option \
        'gpc_rate'.
        ALERT config : parsing [f.cfg:76] : stick-table: error when processing store option \
        'gpc_rate'.
        ALERT config : parsing [f.cfg:78] : stick-table: error when processing store option \
        'gpc_rate'.
        ALERT config : parsing [f.cfg:80] : stick-table: error when processing store option \
        'gpc_rate'.
        ALERT config : parsing [f.cfg:82] : stick-table : unknown server key type 'foo'.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
    Golden(
      "more words of stick tables",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend t1
        stick-table type ip size 1k write-to
      backend t2
        stick-table type ip size 1k brates-factor
      backend t3
        stick-table type ip size 1k brates-factor 0
      backend t4
        stick-table type ip size 1k brates-factor 2000
      backend t5
        stick-table type ip size 1k brates-factor x
      backend t6
        stick-table type ip size 1k peers
      backend t7
        stick-table type ip size 1k store gpc0 store gpc0
      backend t8
        stick-table type ip size 1k store gpc0,
      backend t9
        stick-table type ip size 1k store ,gpc0
      backend t10
        stick-table type ip size 1k store gpc0(
      backend t11
        stick-table type integer size 4294967295
      backend t12
        stick-table type integer size 4g
      backend t13
        stick-table type integer size 5g
      backend t14
        stick-table type integer size 1kk
      backend t15
        stick-table type integer size -1
      backend t16
        stick-table type ip size 1k expire 0
      backend t17
        stick-table type ip size 1k store conn_rate(10s)x,gpc0
      backend t18
        stick-table type ip size 1k store gpc_rate(3,10s,5q)
      backend t19
        stick-table type ip size 1k store conn_rate(10s,5q)
      backend t20
        stick-table type ip size 1k store server_name,server_key
      backend t21
        stick-table type ipv4 size 1k
      backend t22
        stick-table type
      backend t23
        stick-table type string len 5 size 1k
      backend t24
        stick-table type binary len 20 size 1m expire 30m nopurge store server_id store gpt(2),gpc(3),gpc_rate(3,10s) srvkey addr brates-factor 1k
      backend t25
        stick-table type ip size 1k srvkey
      backend t26
        stick-table type ip size 1k store conn_rate(10sx)
      backend t27
        stick-table type ip size 1k expire 10sx
      backend t28
        stick-table type ipv6 len 3
      backend twice
        stick-table type ip size 1k
        stick-table type ip size 2k
      defaults d
        stick-table type ip size 1k
      """,
      says:
        """
        ALERT config : parsing [f.cfg:6] : stick-table : write-to requires table name.
        ALERT config : parsing [f.cfg:8] : stick-table: missing argument after \
        'brates-factor'.
        ALERT config : parsing [f.cfg:10] : stick-table: argument 'brates-factor' must be \
        greater than 0 and lower or equal than 1024.
        ALERT config : parsing [f.cfg:12] : stick-table: argument 'brates-factor' must be \
        greater than 0 and lower or equal than 1024.
        ALERT config : parsing [f.cfg:14] : stick-table: unexpected character 'x' in argument \
        of 'brates-factor'.
        ALERT config : parsing [f.cfg:16] : stick-table: missing argument after 'peers'.
        WARNING config : parsing [f.cfg:18]: stick-table: store option 'gpc0' already enabled, \
        ignored.
        ALERT config : parsing [f.cfg:22] : stick-table: unknown store option ''.
        ALERT config : parsing [f.cfg:24] : stick-table: missing closing parenthesis after \
        store option 'gpc0'.
        ALERT config : parsing [f.cfg:28] : stick-table: unexpected character 'g' in argument \
        of 'size'.
        ALERT config : parsing [f.cfg:30] : stick-table: unexpected character 'g' in argument \
        of 'size'.
        ALERT config : parsing [f.cfg:32] : stick-table: unexpected character 'k' in argument \
        of 'size'.
        ALERT config : parsing [f.cfg:34] : stick-table: unexpected character '-' in argument \
        of 'size'.
        ALERT config : parsing [f.cfg:40] : stick-table: error when processing store option \
        'gpc_rate'.
        WARNING config : parsing [f.cfg:44]: stick-table: store option 'server_key' already \
        enabled, ignored.
        ALERT config : parsing [f.cfg:48] : stick-table: unknown type ''.
        ALERT config : parsing [f.cfg:54] : stick-table : unknown server key type ''.
        WARNING config : unexpected character 'x' after the timer value '10sx', only \
        (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. \
        This will be reported as an error in next versions.
        WARNING config : unexpected character 'x' after the timer value '10sx', only \
        (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. \
        This will be reported as an error in next versions.
        ALERT config : parsing [f.cfg:60] : stick-table: unknown argument 'len'.
        ALERT config : parsing [f.cfg:63] : stick-table name 'twice' conflicts with table \
        declared in backend 'twice' at f.cfg:62.
        ALERT config : parsing [f.cfg:65] : 'stick-table' is not supported in 'defaults' \
        section.
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
