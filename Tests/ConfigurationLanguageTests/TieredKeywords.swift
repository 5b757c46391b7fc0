/// The keywords of HAProxy 3.4 that configurations in `mode tcp` use: the first tier is what most of
/// them need, the second what many use.
struct TieredKeyword: Hashable, Sendable {
  /// The part of the language: `proxy`, `bind`, `fetch-L4`...
  let area: String
  let name: String
  let tier: Int
  /// Why it is not to be expected of this version; nil when it is.
  let family: Family?

  /// What this version leaves out as a whole.
  enum Family: String, CaseIterable, Sendable {
    case tls, dns, runtime, http, master, lua, peers
  }

  /// Every one, in a fixed order.
  static let all: [TieredKeyword] = {
    var result: [TieredKeyword] = []
    var rest = groups.split(separator: "\n")[...]
    while let first = rest.popFirst() {
      var text = String(first)
      while let more = rest.first, more.hasPrefix("  ") {
        text += more.dropFirst()
        rest.removeFirst()
      }
      let head = text.prefix { $0 != ":" }.split(separator: " ").map(String.init)
      for name in text.dropFirst(text.prefix { $0 != ":" }.utf8.count + 2).split(separator: ",") {
        result.append(
          TieredKeyword(
            area: head[0], name: String(name.drop { $0 == " " }), tier: head[1] == "T1" ? 1 : 2,
            family: Family(rawValue: head[2])))
      }
    }
    return result
  }()
}

/// `<area> <tier> <family>: <name>, ...`; a line that is indented goes on with the one before.
private let groups = """
  proxy T2 -: acl, backlog, clitcpka-cnt, clitcpka-idle, clitcpka-intvl, enabled,
    error-log-format, external-check command, external-check path, fullconn,
    hash-balance-factor, hash-type, http-check comment, http-check connect, http-check
    disable-on-404, http-check expect, http-check send, http-check send-state, http-check
    set-var, http-check unset-var, id, load-server-state-from-file, log-format, log-tag, option
    abortonclose, option allbackups, option clitcpka, option dontlog-normal, option
    external-check, option httpchk, option ldap-check, option log-health-checks, option
    log-separate-errors, option logasap, option mysql-check, option nolinger, option persist,
    option pgsql-check, option redis-check, option smtpchk, option splice-auto, option
    splice-request, option splice-response, option srvtcpka, option ssl-hello-chk, rate-limit
    sessions, server-state-file-name, source, srvtcpka-cnt, srvtcpka-idle, srvtcpka-intvl, stick
    match, stick on, stick store-request, stick-table, tcp-check comment, tcp-check connect,
    tcp-check expect, tcp-check send, tcp-check send-binary, tcp-request connection, tcp-request
    content, tcp-request inspect-delay, tcp-request session, tcp-response content, tcp-response
    inspect-delay, timeout client-fin, timeout server-fin, timeout tunnel, unique-id-format,
    use-server
  proxy T1 -: balance, bind, default-server, default_backend, description, disabled, log,
    maxconn, mode, option dontlognull, option redispatch, option tcp-check, option tcpka, option
    tcplog, retries, server, timeout check, timeout client, timeout connect, timeout queue,
    timeout server, use_backend
  proxy T2 dns: server-template
  global T2 tls: ca-base, crt-base, issuers-chain-path, key-base, ssl-default-bind-ciphers,
    ssl-default-bind-ciphersuites, ssl-default-bind-curves, ssl-default-bind-options,
    ssl-default-server-ciphers, ssl-default-server-ciphersuites, ssl-default-server-options,
    ssl-dh-param-file, ssl-load-extra-files, ssl-server-verify, maxsslconn, maxsslrate,
    tune.ssl.cachesize, tune.ssl.default-dh-param, tune.ssl.lifetime, tune.ssl.maxrecord
  global T1 -: chroot, daemon, gid, group, log, log-send-hostname, log-tag, nbthread, pidfile,
    uid, ulimit-n, user, maxconn, global
  global T2 -: close-spread-time, cluster-secret, cpu-map, cpu-policy, default-path,
    description, expose-experimental-directives, external-check, fd-hard-limit, grace,
    hard-stop-after, insecure-fork-wanted, insecure-setuid-wanted, numa-cpu-mapping, presetenv,
    prealloc-fd, resetenv, server-state-base, server-state-file, set-dumpable, set-var,
    set-var-fmt, setcap, setenv, stats-file, strict-limits, thread-group, thread-groups,
    unix-bind, unsetenv, node, busy-polling, max-spread-checks, maxconnrate, maxpipes,
    maxsessrate, noepoll, nogetaddrinfo, nopoll, noreuseport, nosplice, spread-checks,
    tune.bufsize, tune.disable-zero-copy-forwarding, tune.listener.default-shards,
    tune.listener.multi-queue, tune.max-checks-per-thread, tune.maxaccept, tune.maxpollevents,
    tune.pipesize, tune.rcvbuf.client, tune.rcvbuf.server, tune.sndbuf.client,
    tune.sndbuf.server, tune.stick-counters, quiet, zero-warning
  global T2 peers: localpeer
  global T2 lua: lua-load
  global T1 master: master-worker
  global T2 master: mworker-max-reloads
  global T2 runtime: stats maxconn
  global T1 runtime: stats socket, stats timeout
  bind T2 -: accept-netscaler-cip, backlog, defer-accept, mss, namespace, nice, shards, tcp-ut,
    tfo, thread, transparent, v4v6, v6only
  bind T1 -: accept-proxy, gid, group, id, interface, maxconn, mode, name, uid, user
  bind T2 tls: alpn, ca-file, ca-ignore-err, ciphers, ciphersuites, crl-file, crt-ignore-err,
    crt-list, default-crt, curves, force-tlsv12, force-tlsv13, no-sslv3, no-strict-sni,
    no-tls-tickets, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13, prefer-client-ciphers,
    ssl-max-ver, ssl-min-ver, strict-sni, tls-ticket-keys, verify
  bind T1 tls: crt, ssl
  bind T2 runtime: expose-fd, severity-output
  bind T1 runtime: level
  server T1 -: addr, backup, check, disabled, fall, id, inter, fastinter, downinter, maxconn,
    port, rise, send-proxy, weight
  server T2 -: agent-check, agent-send, agent-inter, agent-addr, agent-port, check-send-proxy,
    enabled, error-limit, hash-key, init-addr, init-state, maxqueue, minconn, namespace,
    no-backup, no-check, no-send-proxy, non-stick, observe, on-error, on-marked-down,
    on-marked-up, send-proxy-v2, set-proxy-v2-tlv-fmt, proxy-v2-options, slowstart, source,
    stick, socks4, tcp-ut, tfo, track, usesrc
  server T2 tls: alpn, ca-file, check-alpn, check-sni, check-ssl, ciphers, ciphersuites,
    crl-file, crt, force-tlsv12, force-tlsv13, no-sni-auto, no-ssl, no-ssl-reuse, no-sslv3,
    no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13, send-proxy-v2-ssl, send-proxy-v2-ssl-cn, sni,
    sni-auto, ssl-max-ver, ssl-min-ver, verifyhost
  server T2 dns: resolve-opts, resolve-prefer, resolve-net, resolvers
  server T1 tls: ssl, verify
  action T2 -: accept, capture, close, expect-proxy layer4, reject, sc-inc-gpc, sc-inc-gpc0,
    sc-set-gpt0, set-dst, set-dst-port, set-log-level, set-priority-class, set-src, set-var,
    silent-drop, track-sc0, track-sc1, track-sc2, unset-var
  action T2 dns: do-resolve
  action T2 http: switch-mode
  action T2 lua: use-service
  resolvers T2 dns: resolvers, nameserver, parse-resolv-conf, hold, resolve_retries, timeout
    resolve, timeout retry, accepted_payload_size
  peers T2 peers: peers, bind, server, peer, table
  defaults T1 -: defaults
  frontend T1 -: frontend
  backend T1 -: backend
  listen T1 -: listen
  fetch-internal T2 -: acl, act_conn, always_false, always_true, avg_queue, be_conn,
    be_conn_free, be_sess_rate, bool, connslots, date, env, fe_conn, fe_sess_rate, hostname,
    int, ipv4, ipv6, last_rule_file, last_rule_line, nbsrv, pid, queue, rand, srv_conn,
    srv_conn_free, srv_is_up, srv_queue, srv_sess_rate, srv_weight, stopping, str, table_avl,
    table_cnt, thread, txn.sess_term_state, uptime, uuid, var, wait_end
  fetch-L4 T2 -: accept_date, bc.timer.connect, bc_dst, bc_dst_port, bc_err, bc_err_str, bc_src,
    bc_src_port, be_id, be_name, bytes_in, bytes_out, dst, dst_conn, dst_is_local, dst_port,
    fc.timer.handshake, fc.timer.total, fc_dst, fc_dst_port, fc_err, fc_err_str,
    fc_pp_authority, fc_pp_tlv, fc_pp_unique_id, fc_rcvd_proxy, fc_rtt, fc_src, fc_src_port,
    fe_id, fe_name, sc_bytes_in_rate, sc_bytes_out_rate, sc_clr_gpc0, sc_conn_cnt, sc_conn_cur,
    sc_conn_rate, sc_get_gpc0, sc_get_gpt0, sc_gpc0_rate, sc_inc_gpc0, sc_kbytes_in,
    sc_kbytes_out, sc_key, sc_sess_cnt, sc_sess_rate, sc_tracked, sc_trackers, so_id, so_name,
    src, src_bytes_in_rate, src_bytes_out_rate, src_clr_gpc0, src_conn_cnt, src_conn_cur,
    src_conn_rate, src_get_gpc0, src_gpc0_rate, src_inc_gpc0, src_is_local, src_kbytes_in,
    src_kbytes_out, src_port, src_sess_cnt, src_sess_rate, src_updt_conn_cnt, srv_id, srv_name,
    txn.conn_retries, txn.redispatched
  fetch-L5 T2 tls: ssl_bc, ssl_c_err, ssl_c_i_dn, ssl_c_s_dn, ssl_c_used, ssl_c_verify, ssl_fc,
    ssl_fc_alpn, ssl_fc_cipher, ssl_fc_has_crt, ssl_fc_has_sni, ssl_fc_protocol, ssl_fc_sni
  fetch-L6 T2 -: req.len, req.payload, req.payload_lv, req.proto_http, req.rdp_cookie,
    req.rdp_cookie_cnt, req.ssl_alpn, req.ssl_ec_ext, req.ssl_hello_type, req.ssl_sni,
    req.ssl_st_ext, req.ssl_ver, res.len, res.payload, res.payload_lv, res.ssl_hello_type
  converter T2 -: add, and, b64dec, base64, be2dec, be2hex, bool, bytes, concat, crc32,
    cut_crlf, div, djb2, even, field, hex, hex2i, host_only, iif, in_table, ipmask, length,
    lower, ltime, ltrim, map, mod, mul, nbsrv, neg, not, odd, or, port_only, regsub, reverse,
    rtrim, sdbm, set-var, sha1, sha2, srv_is_up, strcmp, sub, table_conn_cnt, table_conn_cur,
    table_conn_rate, table_gpc0, table_server_id, table_sess_rate, unset-var, upper, utime,
    word, wt6, xor, xxh32, xxh64, map_<match>[_<out>]
  """
