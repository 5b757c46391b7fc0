/// Configurations about hashing and everything that is said about them.
extension Golden {
  static let hash = [
    Golden(
      "hashing in every form",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
        hash-type consistent
        hash-balance-factor 150
        hash-preserve-affinity maxqueue
      backend a
        balance source
        hash-type map-based
        hash-type map-based sdbm
        hash-type map-based djb2 avalanche more
        hash-type consistent wt6
        hash-type consistent crc32 avalanche
        hash-type consistent none
        hash-balance-factor 0
        hash-balance-factor 101 more
        hash-preserve-affinity always
        hash-preserve-affinity maxconn
        default-server hash-key addr
        server s 127.0.0.1:81 hash-key id
        server t 127.0.0.1:82 hash-key id32
        server u 127.0.0.1:83 hash-key guid
        server v 127.0.0.1:84 hash-key addr-port
        server w 127.0.0.1:85
      """,
      says: ""),
    Golden(
      "wrong words about hashing",
      """
      defaults
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      backend a
        balance source
        hash-type
        hash-type avalanche
        hash-type ring
        hash-type consistent sha1
        hash-type consistent avalanche
        hash-type map-based sdbm spread
        hash-balance-factor
        hash-balance-factor 100
        hash-balance-factor -5
        hash-balance-factor x
        hash-preserve-affinity
        hash-preserve-affinity never
        server s 127.0.0.1:81 hash-key
        server t 127.0.0.1:82 hash-key port
      frontend f
        bind :80
        default_backend a
        hash-type consistent
        hash-balance-factor 150
        hash-preserve-affinity always
      """,
      says:
        """
        ALERT config : parsing [f.cfg:7] : 'hash-type' only supports 'consistent' and 'map-based'.
        ALERT config : parsing [f.cfg:8] : experimental feature 'hash-type avalanche' is not \
        supported anymore, please use 'hash-type map-based sdbm avalanche' instead.
        ALERT config : parsing [f.cfg:9] : 'hash-type' only supports 'consistent' and 'map-based'.
        ALERT config : parsing [f.cfg:10] : 'hash-type' only supports 'sdbm', 'djb2', 'crc32', or \
        'wt6' hash functions.
        ALERT config : parsing [f.cfg:11] : 'hash-type' only supports 'sdbm', 'djb2', 'crc32', or \
        'wt6' hash functions.
        ALERT config : parsing [f.cfg:12] : 'hash-type' only supports 'avalanche' as a modifier for \
        hash functions.
        ALERT config : parsing [f.cfg:13] : 'hash-balance-factor' expects an integer argument.
        ALERT config : parsing [f.cfg:14] : 'hash-balance-factor' must be 0 or greater than 100.
        ALERT config : parsing [f.cfg:15] : 'hash-balance-factor' must be 0 or greater than 100.
        ALERT config : parsing [f.cfg:17] : 'hash-preserve-affinity' needs a keyword to specify \
        when to preserve hash affinity
        ALERT config : parsing [f.cfg:18] : 'hash-preserve-affinity': unknown keyword 'never'
        ALERT config : [f.cfg:19] : 'server a/s' : 'hash-key' has to be 'id', 'id32', 'guid', \
        'addr', or 'addr-port'.
        ALERT config : [f.cfg:20] : 'server a/t' : 'hash-key' has to be 'id', 'id32', 'guid', \
        'addr', or 'addr-port'.
        WARNING config : parsing [f.cfg:24] : 'hash-type' ignored because frontend 'f' has no \
        backend capability.
        ALERT config : parsing [f.cfg:26] : 'hash-preserve-affinity' only available in backend or \
        listen section
        ALERT config : Error(s) found in configuration file : f.cfg
        ALERT config : Fatal errors found in configuration.
        """),
  ]
}
