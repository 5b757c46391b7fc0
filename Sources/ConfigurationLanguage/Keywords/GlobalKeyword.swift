/// The keywords of `global` that are carried out.
enum GlobalKeyword: String, CaseIterable, Sendable {
  case chroot, daemon, description, gid, grace, group, log, maxconn, maxpipes, nbthread, noepoll
  case node, nosplice, noreuseport, pidfile, presetenv, quiet, resetenv, setenv, uid, unsetenv, user
  case localpeer, maxconnrate, maxsessrate, setcap
  case cpuMap = "cpu-map"
  case cpuPolicy = "cpu-policy"
  case cpuSet = "cpu-set"
  case defaultPath = "default-path"
  case preallocDescriptors = "prealloc-fd"
  case noMemoryTrimming = "no-memory-trimming"
  case threadGroup = "thread-group"
  case threadHardLimit = "thread-hard-limit"
  case tuneNicenessRuntime = "tune.renice.runtime"
  case tuneNicenessStartup = "tune.renice.startup"
  case tuneNotSentClient = "tune.notsent-lowat.client"
  case tuneNotSentServer = "tune.notsent-lowat.server"
  case tuneSendBackend = "tune.sndbuf.backend"
  case descriptorHardLimit = "fd-hard-limit"
  case externalCheck = "external-check"
  case insecureForkWanted = "insecure-fork-wanted"
  case exposeDeprecated = "expose-deprecated-directives"
  case hardStopAfter = "hard-stop-after"
  case logSendHostname = "log-send-hostname"
  case logTag = "log-tag"
  case maxSpreadChecks = "max-spread-checks"
  case nbproc
  case noIOURing = "noio_uring"
  case numaCPUMapping = "numa-cpu-mapping"
  case setDumpable = "set-dumpable"
  case setVariable = "set-var"
  case setVariableFormat = "set-var-fmt"
  case spreadChecks = "spread-checks"
  case strictLimits = "strict-limits"
  case threadGroups = "thread-groups"
  case tuneBuffers = "tune.buffers"
  case tuneBufsize = "tune.bufsize"
  case tuneChksize = "tune.chksize"
  case tuneDisableZeroCopy = "tune.disable-zero-copy-forwarding"
  case tuneEngine = "tune.engine"
  case tuneMaxChecksPerThread = "tune.max-checks-per-thread"
  case tuneMaxaccept = "tune.maxaccept"
  case tunePassThroughZeroCopy = "tune.pt.zero-copy-forwarding"
  case tunePipesize = "tune.pipesize"
  case tuneReceiveClient = "tune.rcvbuf.client"
  case tuneReceiveServer = "tune.rcvbuf.server"
  case tuneSendClient = "tune.sndbuf.client"
  case tuneSendServer = "tune.sndbuf.server"
  case tuneSplice = "tune.splice"
  case tuneStickCounters = "tune.stick-counters"
  case ulimitN = "ulimit-n"
  case unixBind = "unix-bind"
  case zeroWarning = "zero-warning"
}

extension KeywordTable<GlobalKeyword> {
  /// The keywords of `global`. HAProxy manual, section 3.
  static let global = KeywordTable(ignored: ignoredInGlobal, notSupported: notSupportedInGlobal)
}

/// Names of HTTP, QUIC and device detection, which say nothing in `mode tcp`; pollers that this
/// program does not have anyway; permissions to fork and to change the user that it never needs; and
/// parts of HAProxy that this program does not have, so that there is nothing to tune: pools of
/// buffers for streams, caches of patterns, run queues, shards of listeners, datagram listeners,
/// closing of idle HTTP connections, secrets of QUIC.
private let ignoredInGlobal = """
  anonkey busy-polling close-spread-time cluster-secret max-threads-per-group
  nogetaddrinfo quick-exit tune.buffers.reserve tune.events.max-events-at-once
  tune.fd.edge-triggered tune.listener.default-shards tune.listener.multi-queue
  tune.max-rules-at-once tune.maxpollevents tune.maxrewrite tune.memory.hot-size
  tune.pattern.cache-size tune.rcvbuf.backend tune.rcvbuf.frontend tune.recv_enough
  tune.runqueue-depth tune.sched.low-latency tune.sndbuf.frontend
  51degrees-allow-unmatched 51degrees-cache-size 51degrees-data-file 51degrees-difference
  51degrees-drift 51degrees-property-name-list 51degrees-property-separator
  51degrees-use-performance-graph 51degrees-use-predictive-graph deviceatlas-json-file
  deviceatlas-log-level deviceatlas-properties-cookie deviceatlas-separator
  expose-experimental-directives h1-accept-payload-with-any-method h1-case-adjust
  h1-case-adjust-file h1-do-not-close-on-insecure-transfer-encoding
  h2-workaround-bogus-websocket-clients harden.reject-privileged-ports.quic http-err-codes
  http-fail-codes insecure-setuid-wanted jwt.decrypt_alg_list
  jwt.decrypt_enc_list limited-quic maxcompcpuusage maxcomprate maxzlibmem noevports nokqueue nopoll
  tune.comp.maxlevel tune.glitches.kill.cpu-usage tune.h1.be.glitches-threshold
  tune.h1.fe.glitches-threshold tune.h1.zero-copy-fwd-recv tune.h1.zero-copy-fwd-send
  tune.h2.be.glitches-threshold tune.h2.be.initial-window-size tune.h2.be.max-concurrent-streams
  tune.h2.be.max-frames-at-once tune.h2.be.rxbuf tune.h2.fe.glitches-threshold
  tune.h2.fe.initial-window-size tune.h2.fe.max-concurrent-streams tune.h2.fe.max-frames-at-once
  tune.h2.fe.max-rst-at-once tune.h2.fe.max-total-streams tune.h2.fe.rxbuf
  tune.h2.header-table-size tune.h2.initial-window-size tune.h2.log-errors
  tune.h2.max-concurrent-streams tune.h2.max-frame-size tune.h2.zero-copy-fwd-send
  tune.http.cookielen tune.http.logurilen tune.http.maxhdr tune.idle-pool.shared tune.idletimer
  tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.quic.be.cc.cubic-min-losses
  tune.quic.be.cc.hystart tune.quic.be.cc.max-frame-loss tune.quic.be.cc.max-win-size
  tune.quic.be.cc.reorder-ratio tune.quic.be.max-idle-timeout tune.quic.be.sec.glitches-threshold
  tune.quic.be.stream.data-ratio tune.quic.be.stream.max-concurrent tune.quic.be.stream.rxbuf
  tune.quic.be.tx.pacing tune.quic.be.tx.udp-gso tune.quic.cc-hystart tune.quic.cc.cubic.min-losses
  tune.quic.disable-tx-pacing tune.quic.disable-udp-gso tune.quic.fe.cc.cubic-min-losses
  tune.quic.fe.cc.hystart tune.quic.fe.cc.max-frame-loss tune.quic.fe.cc.max-win-size
  tune.quic.fe.cc.reorder-ratio tune.quic.fe.max-idle-timeout tune.quic.fe.sec.glitches-threshold
  tune.quic.fe.sec.retry-threshold tune.quic.fe.sock-per-conn tune.quic.fe.stream.data-ratio
  tune.quic.fe.stream.max-concurrent tune.quic.fe.stream.max-total tune.quic.fe.stream.rxbuf
  tune.quic.fe.tx.pacing tune.quic.fe.tx.udp-gso tune.quic.frontend.default-max-window-size
  tune.quic.frontend.glitches-threshold tune.quic.frontend.max-data-size
  tune.quic.frontend.max-idle-timeout tune.quic.frontend.max-streams-bidi
  tune.quic.frontend.max-tx-mem tune.quic.frontend.stream-data-ratio tune.quic.listen
  tune.quic.max-frame-loss tune.quic.mem.tx-max tune.quic.reorder-ratio tune.quic.retry-threshold
  tune.quic.socket-owner tune.quic.zero-copy-fwd-send tune.streams-elasticity
  tune.takeover-other-tg-connections tune.zlib.memlevel tune.zlib.windowsize wurfl-cache-size
  wurfl-data-file wurfl-information-list wurfl-information-list-separator wurfl-patch-file
  """

private let notSupportedInGlobal = """
  tune.buffers.limit
  acme.scheduler ca-base cpu-affinity crt-base debug.counters dns-accept-family
  force-cfg-parser-pause harden.reject-privileged-ports.tcp httpclient.resolvers.disabled
  httpclient.resolvers.id httpclient.resolvers.prefer httpclient.retries httpclient.ssl.ca-file
  httpclient.ssl.verify httpclient.timeout.connect issuers-chain-path key-base lua-load
  lua-load-per-thread lua-prepend-path master-worker maxsslconn maxsslrate mworker-max-reloads
  noktls ocsp-update.disable ocsp-update.httpproxy ocsp-update.maxdelay ocsp-update.mindelay
  ocsp-update.mode pp2-never-send-local profiling.memory profiling.tasks server-state-base
  server-state-file shm-stats-file shm-stats-file-max-objects ssl-default-bind-ciphers
  ssl-default-bind-ciphersuites ssl-default-bind-client-sigalgs ssl-default-bind-curves
  ssl-default-bind-options ssl-default-bind-sigalgs ssl-default-server-ciphers
  ssl-default-server-ciphersuites ssl-default-server-client-sigalgs ssl-default-server-curves
  ssl-default-server-options ssl-default-server-sigalgs ssl-dh-param-file ssl-engine
  ssl-load-extra-del-ext ssl-load-extra-files ssl-mode-async ssl-passphrase-cmd ssl-propquery
  ssl-provider ssl-provider-path ssl-security-level ssl-server-verify ssl-skip-self-issued-ca
  stats stats-file stress-level tune.applet.zero-copy-forwarding tune.bufsize.large
  tune.bufsize.small tune.cli.max-payload-size tune.defaults.purge tune.disable-fast-forward
  tune.epoll.mask-events tune.fail-alloc tune.lua.bool-sample-conversion tune.lua.burst-timeout
  tune.lua.forced-yield tune.lua.log.loggers tune.lua.log.stderr tune.lua.maxmem
  tune.lua.openlibs tune.lua.service-timeout tune.lua.session-timeout tune.lua.task-timeout
  tune.peers.max-updates-at-once tune.ring.queues tune.ssl.cachesize tune.ssl.capture-buffer-size
  tune.ssl.capture-cipherlist-size tune.ssl.certificate-compression tune.ssl.default-dh-param
  tune.ssl.force-private-cache tune.ssl.hard-maxrecord tune.ssl.keylog tune.ssl.lifetime
  tune.ssl.maxrecord tune.ssl.ocsp-update.maxdelay tune.ssl.ocsp-update.mindelay
  tune.ssl.ssl-ctx-cache-size tune.vars.check-max-size
  tune.vars.global-max-size tune.vars.proc-max-size tune.vars.reqres-max-size
  tune.vars.sess-max-size tune.vars.txn-max-size warn-blocked-traffic-after
  """
