/// The name of every keyword that HAProxy 3.4 knows, area by area, separated by commas.
enum KnownNames {
  static let areas: [(area: String, names: [String])] = [
    (
      "proxy",
      split(
        """
        acl, backlog, balance, bind, clitcpka-cnt, clitcpka-idle, clitcpka-intvl, declare capture,
        default-server, default_backend, description, disabled, dispatch, enabled, email-alert
        from, email-alert level, email-alert mailers, email-alert myhostname, email-alert to,
        error-log-format, force-persist, external-check command, external-check path,
        force-be-switch, filter, filter-sequence, fullconn, guid, hash-balance-factor, hash-type,
        http-check comment, http-check connect, http-check disable-on-404, http-check expect,
        http-check send, http-check send-state, http-check set-var, http-check set-var-fmt,
        http-check unset-var, id, ignore-persist, load-server-state-from-file, log, log-format,
        log-format-sd, log-steps, log-tag, max-session-srv-conns, maxconn, mode, option
        abortonclose, option allbackups, option clitcpka, option contstats, option dontlog-normal,
        option dontlognull, option external-check, option httpchk, option independent-streams,
        option ldap-check, option log-health-checks, option log-separate-errors, option logasap,
        option mysql-check, option nolinger, option persist, option pgsql-check, option
        prefer-last-server, option redispatch, option redis-check, option smtpchk, option
        socket-stats, option splice-auto, option splice-request, option splice-response, option
        spop-check, option srvtcpka, option ssl-hello-chk, option tcp-check, option
        tcp-smart-accept, option tcp-smart-connect, option tcpka, option tcplog, option
        transparent, option use-small-buffers, persist rdp-cookie, rate-limit sessions, retries,
        retry-on, server, server-state-file-name, server-template, source, srvtcpka-cnt,
        srvtcpka-idle, srvtcpka-intvl, ssl-f-use, stick match, stick on, stick store-request,
        stick store-response, stick-table, tcp-check comment, tcp-check connect, tcp-check expect,
        tcp-check send, tcp-check send-lf, tcp-check send-binary, tcp-check send-binary-lf,
        tcp-check set-var, tcp-check set-var-fmt, tcp-check unset-var, tcp-request connection,
        tcp-request content, tcp-request inspect-delay, tcp-request session, tcp-response content,
        tcp-response inspect-delay, timeout check, timeout client, timeout client-fin, timeout
        client-hs, timeout connect, timeout queue, timeout server, timeout server-fin, timeout
        tunnel, transparent, unique-id-format, use_backend, use-fcgi-app, use-server, crt
        """)
    ),
    (
      "global",
      split(
        """
        acme.scheduler, ca-base, chroot, close-spread-time, cluster-secret, cpu-map, cpu-affinity,
        cpu-policy, cpu-set, crt-base, daemon, default-path, description, dns-accept-family,
        expose-deprecated-directives, expose-experimental-directives, external-check,
        fd-hard-limit, gid, grace, group, hard-stop-after, harden.reject-privileged-ports.tcp,
        insecure-fork-wanted, insecure-setuid-wanted, issuers-chain-path, key-base, localpeer,
        log, log-send-hostname, log-tag, lua-load, lua-load-per-thread, lua-prepend-path,
        master-worker, max-threads-per-group, mworker-max-reloads, nbthread, numa-cpu-mapping,
        ocsp-update.disable, ocsp-update.httpproxy, ocsp-update.maxdelay,
        tune.ssl.ocsp-update.maxdelay, ocsp-update.mindelay, tune.ssl.ocsp-update.mindelay,
        ocsp-update.mode, pidfile, pp2-never-send-local, presetenv, prealloc-fd, resetenv,
        server-state-base, server-state-file, set-dumpable, set-var, set-var-fmt, setcap, setenv,
        shm-stats-file, shm-stats-file-max-objects, ssl-default-bind-ciphers,
        ssl-default-bind-ciphersuites, ssl-default-bind-client-sigalgs, ssl-default-bind-curves,
        ssl-default-bind-options, ssl-default-bind-sigalgs, ssl-default-server-ciphers,
        ssl-default-server-ciphersuites, ssl-default-server-client-sigalgs,
        ssl-default-server-curves, ssl-default-server-options, ssl-default-server-sigalgs,
        ssl-dh-param-file, ssl-passphrase-cmd, ssl-propquery, ssl-provider, ssl-provider-path,
        ssl-load-extra-del-ext, ssl-load-extra-files, ssl-security-level, ssl-server-verify,
        ssl-skip-self-issued-ca, stats calculate-max-counters, stats maxconn, stats socket, stats
        timeout, stats-file, stress-level, strict-limits, thread-group, thread-groups,
        thread-hard-limit, uid, ulimit-n, unix-bind, unsetenv, user, node, busy-polling,
        max-spread-checks, maxconn, maxconnrate, maxpipes, maxsessrate, maxsslconn, maxsslrate,
        no-memory-trimming, noepoll, noevports, nogetaddrinfo, nokqueue, noktls, nopoll,
        noreuseport, nosplice, profiling.memory, profiling.tasks, spread-checks, ssl-engine,
        ssl-mode-async, tune.applet.zero-copy-forwarding, tune.buffers.limit,
        tune.buffers.reserve, tune.bufsize, tune.bufsize.large, tune.bufsize.small,
        tune.cli.max-payload-size, tune.defaults.purge, tune.disable-fast-forward,
        tune.disable-zero-copy-forwarding, tune.epoll.mask-events, tune.events.max-events-at-once,
        tune.fail-alloc, tune.fd.edge-triggered, tune.listener.default-shards,
        tune.listener.multi-queue, tune.lua.bool-sample-conversion, tune.lua.burst-timeout,
        tune.lua.forced-yield, tune.lua.log.loggers, tune.lua.log.stderr, tune.lua.maxmem,
        tune.lua.openlibs, tune.lua.service-timeout, tune.lua.session-timeout,
        tune.lua.task-timeout, tune.max-checks-per-thread, tune.maxaccept, tune.maxpollevents,
        tune.maxrewrite, tune.max-rules-at-once, tune.memory.hot-size, tune.notsent-lowat.client,
        tune.notsent-lowat.server, tune.pattern.cache-size, tune.peers.max-updates-at-once,
        tune.pipesize, tune.pt.zero-copy-forwarding, tune.renice.runtime, tune.renice.startup,
        tune.rcvbuf.backend, tune.rcvbuf.frontend, tune.rcvbuf.client, tune.rcvbuf.server,
        tune.recv_enough, tune.ring.queues, tune.runqueue-depth, tune.sched.low-latency,
        tune.sndbuf.backend, tune.sndbuf.frontend, tune.sndbuf.client, tune.sndbuf.server,
        tune.ssl.cachesize, tune.ssl.capture-buffer-size, tune.ssl.capture-cipherlist-size,
        tune.ssl.certificate-compression, tune.ssl.default-dh-param, tune.ssl.force-private-cache,
        tune.ssl.hard-maxrecord, tune.ssl.keylog, tune.ssl.lifetime, tune.ssl.maxrecord,
        tune.ssl.ssl-ctx-cache-size, tune.stick-counters, tune.vars.global-max-size,
        tune.vars.proc-max-size, tune.vars.reqres-max-size, tune.vars.sess-max-size,
        tune.vars.txn-max-size, anonkey, debug.counters, force-cfg-parser-pause, quick-exit,
        quiet, warn-blocked-traffic-after, zero-warning, global, tune.vars.check-max-size
        """)
    ),
    (
      "bind",
      split(
        """
        accept-netscaler-cip, accept-proxy, allow-0rtt, alpn, backlog, ca-file, ca-ignore-err,
        ca-sign-file, ca-sign-pass, ca-verify-file, cc, ciphers, ciphersuites, client-sigalgs,
        crl-file, crt, crt-ignore-err, crt-list, default-crt, curves, defer-accept, ecdhe, ech,
        expose-fd, force-sslv3, force-tlsv10, force-tlsv11, force-tlsv12, force-tlsv13,
        generate-certificates, gid, group, guid-prefix, id, idle-ping, interface, ktls, label,
        level, maxconn, mode, mss, name, namespace, nbconn, nice, no-alpn, no-ca-names, no-sslv3,
        no-strict-sni, no-tls-tickets, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13, npn,
        prefer-client-ciphers, proto, severity-output, shards, sigalgs, ssl, ssl-max-ver,
        ssl-min-ver, strict-sni, tcp-md5sig, tcp-ss, tcp-ut, tfo, thread, tls-tickets,
        tls-ticket-keys, transparent, uid, user, v4v6, v6only, verify
        """)
    ),
    (
      "server",
      split(
        """
        addr, agent-check, agent-send, agent-inter, agent-addr, agent-port, allow-0rtt, alpn,
        backup, ca-file, cc, check, check-send-proxy, check-alpn, check-proto, check-sni-auto,
        check-sni, check-ssl, check-via-socks4, ciphers, ciphersuites, client-sigalgs, crl-file,
        crt, curves, disabled, enabled, error-limit, fall, force-sslv3, force-tlsv10,
        force-tlsv11, force-tlsv12, force-tlsv13, guid, hash-key, healthcheck, id, init-addr,
        inter, fastinter, downinter, init-state, ktls, maxconn, maxqueue, minconn, namespace,
        no-agent-check, no-backup, no-check, no-check-sni-auto, no-check-ssl, no-renegotiate,
        no-send-proxy, no-send-proxy-v2, no-send-proxy-v2-ssl, no-send-proxy-v2-ssl-cn,
        no-sni-auto, no-ssl, no-ssl-reuse, no-sslv3, no-tls-tickets, no-tlsv10, no-tlsv11,
        no-tlsv12, no-tlsv13, no-verifyhost, no-tfo, non-stick, npn, observe, on-error,
        on-marked-down, on-marked-up, port, proto, renegotiate, rise, resolve-opts,
        resolve-prefer, resolve-net, resolvers, send-proxy, send-proxy-v2, set-proxy-v2-tlv-fmt,
        proxy-v2-options, send-proxy-v2-ssl, send-proxy-v2-ssl-cn, sigalgs, slowstart, sni,
        sni-auto, source, ssl, ssl-max-ver, ssl-min-ver, ssl-reuse, stick, strict-maxconn, socks4,
        tcp-md5sig, tcp-ut, tfo, track, tls-tickets, verify, verifyhost, weight,
        no-check-send-proxy, usesrc
        """)
    ),
    (
      "action",
      split(
        """
        accept, attach-srv, capture, close, do-log, do-resolve, expect-netscaler-cip, expect-proxy
        layer4, reject, sc-add-gpc, sc-inc-gpc, sc-inc-gpc0, sc-inc-gpc1, sc-set-gpt, sc-set-gpt0,
        send-spoe-group, set-bandwidth-limit, set-bc-mark, set-bc-tos, set-dst, set-dst-port,
        set-fc-mark, set-fc-tos, set-log-level, set-mark, set-nice, set-priority-class,
        set-priority-offset, set-retries, set-src, set-src-port, set-tos, set-var, set-var-fmt,
        silent-drop, switch-mode, track-sc0, track-sc1, track-sc2, unset-var, use-service
        """)
    ),
    (
      "resolvers",
      split(
        """
        resolvers, nameserver, parse-resolv-conf, hold, resolve_retries, timeout resolve, timeout
        retry, accepted_payload_size
        """)
    ),
    (
      "peers",
      split(
        """
        peers, bind, default-bind, default-server, server, peer, table, disabled, enabled, log,
        shards
        """)
    ),
    (
      "mailers",
      split(
        """
        mailers, mailer, timeout mail
        """)
    ),
    (
      "userlist",
      split(
        """
        userlist, group, user
        """)
    ),
    (
      "ring",
      split(
        """
        ring, backing-file, description, format, maxlen, server, size, timeout connect, timeout
        server
        """)
    ),
    (
      "log-forward",
      split(
        """
        log-forward, bind, dgram-bind, log, maxconn, backlog, timeout client, option
        assume-rfc6587-ntf, option dont-parse-log, option host
        """)
    ),
    (
      "log-profile",
      split(
        """
        log-profile, log-tag, on
        """)
    ),
    (
      "traces",
      split(
        """
        traces, trace
        """)
    ),
    (
      "crt-store",
      split(
        """
        crt-store, crt-base, key-base, load
        """)
    ),
    (
      "acme",
      split(
        """
        acme
        """)
    ),
    (
      "healthcheck",
      split(
        """
        healthcheck
        """)
    ),
    (
      "defaults",
      split(
        """
        defaults
        """)
    ),
    (
      "frontend",
      split(
        """
        frontend
        """)
    ),
    (
      "backend",
      split(
        """
        backend
        """)
    ),
    (
      "listen",
      split(
        """
        listen
        """)
    ),
    (
      "fetch-internal",
      split(
        """
        acl, act_conn, always_false, always_true, avg_queue, be_conn, be_conn_free, be_sess_rate,
        bin, bool, connslots, cpu_calls, cpu_ns_avg, cpu_ns_tot, cpu_usage_grp, cpu_usage_proc,
        cpu_usage_thr, date, date_us, env, fe_conn, fe_req_rate, fe_sess_rate, hostname, int,
        ipv4, ipv6, last_entity, last_rule_file, last_rule_line, lat_ns_avg, lat_ns_tot, meth,
        nbsrv, pid, prio_class, prio_offset, proc, queue, quic_enabled, rand, srv_conn,
        srv_conn_free, srv_is_up, srv_iweight, srv_queue, srv_sess_rate, srv_uweight, srv_weight,
        stopping, str, table_avl, table_cnt, term_events, tgroup, thread, txn.id32,
        txn.sess_term_state, uptime, uuid, var, dump_all_vars, wait_end, waiting_entity
        """)
    ),
    (
      "fetch-L4",
      split(
        """
        accept_date, bc.timer.connect, bc_be_queue, bc_dst, bc_dst_port, bc_err, bc_err_name,
        bc_err_str, bc_glitches, bc_http_major, bc_nb_streams, bc_reused, bc_rtt, bc_rttvar,
        bc_settings_streams_limit, bc_src, bc_src_port, bc_srv_queue, be_id, be_connect_timeout,
        be_name, be_queue_timeout, be_server_timeout, be_tarpit_timeout, be_tunnel_timeout,
        bytes_in, bytes_out, cur_connect_timeout, cur_client_timeout, cur_queue_timeout,
        cur_server_timeout, cur_tarpit_timeout, cur_tunnel_timeout, dst, dst_conn, dst_is_local,
        dst_port, fc.timer.handshake, fc.timer.total, fc_dst, fc_dst_is_local, fc_dst_port,
        fc_err, fc_err_name, fc_err_str, fc_fackets, fc_glitches, fc_http_major, fc_lost,
        fc_nb_streams, fc_pp_authority, fc_pp_tlv, fc_pp_unique_id, fc_rcvd_proxy, fc_reordering,
        fc_retrans, fc_rtt, fc_rttvar, fc_sacked, fc_saved_syn, fc_settings_streams_limit, fc_src,
        fc_src_is_local, fc_src_port, fc_unacked, fe_client_timeout, fe_defbe, fe_id, fe_name,
        fe_tarpit_timeout, req.bytes_in, req.bytes_out, res.bytes_in, res.bytes_out,
        res.timer.data, sc_bytes_in_rate, sc_bytes_out_rate, sc_clr_gpc, sc_clr_gpc0, sc_clr_gpc1,
        sc_conn_cnt, sc_conn_cur, sc_conn_rate, sc_get_gpc, sc_get_gpc0, sc_get_gpc1, sc_get_gpt,
        sc_get_gpt0, sc_glitch_cnt, sc_glitch_rate, sc_gpc_rate, sc_gpc0_rate, sc_gpc1_rate,
        sc_http_err_cnt, sc_http_err_rate, sc_http_fail_cnt, sc_http_fail_rate, sc_http_req_cnt,
        sc_http_req_rate, sc_inc_gpc, sc_inc_gpc0, sc_inc_gpc1, sc_kbytes_in, sc_kbytes_out,
        sc_key, sc_sess_cnt, sc_sess_rate, sc_tracked, sc_trackers, so_id, so_name, src,
        src_bytes_in_rate, src_bytes_out_rate, src_clr_gpc, src_clr_gpc0, src_clr_gpc1,
        src_conn_cnt, src_conn_cur, src_conn_rate, src_get_gpc, src_get_gpc0, src_get_gpc1,
        src_get_gpt, src_get_gpt0, src_glitch_cnt, src_glitch_rate, src_gpc_rate, src_gpc0_rate,
        src_gpc1_rate, src_http_err_cnt, src_http_err_rate, src_http_fail_cnt, src_http_fail_rate,
        src_http_req_cnt, src_http_req_rate, src_inc_gpc, src_inc_gpc0, src_inc_gpc1,
        src_is_local, src_kbytes_in, src_kbytes_out, src_port, src_sess_cnt, src_sess_rate,
        src_updt_conn_cnt, srv_id, srv_name, txn.conn_retries, txn.redispatched, req.timer.queue,
        unique-id
        """)
    ),
    (
      "fetch-L5",
      split(
        """
        51d.all, bs.aborted, bs.debug_str, bs.id, bs.rst_code, fs.aborted, fs.debug_str, fs.id,
        fs.rst_code, ssl_bc, ssl_bc_alg_keysize, ssl_bc_alpn, ssl_bc_cipher,
        ssl_bc_client_early_traffic_secret, ssl_bc_client_handshake_traffic_secret,
        ssl_bc_client_random, ssl_bc_client_traffic_secret_0, ssl_bc_curve,
        ssl_bc_early_exporter_secret, ssl_bc_err, ssl_bc_err_str, ssl_bc_exporter_secret,
        ssl_bc_is_resumed, ssl_bc_npn, ssl_bc_protocol, ssl_bc_server_handshake_traffic_secret,
        ssl_bc_server_random, ssl_bc_server_traffic_secret_0, ssl_bc_session_id,
        ssl_bc_session_key, ssl_bc_sni, ssl_bc_unique_id, ssl_bc_use_keysize, ssl_c_ca_err,
        ssl_c_ca_err_depth, ssl_c_chain_der, ssl_c_der, ssl_c_err, ssl_c_i_dn, ssl_c_key_alg,
        ssl_c_notafter, ssl_c_notbefore, ssl_c_r_dn, ssl_c_s_dn, ssl_c_san, ssl_c_serial,
        ssl_c_sha1, ssl_c_sig_alg, ssl_c_used, ssl_c_verify, ssl_c_version, ssl_f_der, ssl_f_i_dn,
        ssl_f_key_alg, ssl_f_notafter, ssl_f_notbefore, ssl_f_s_dn, ssl_f_serial, ssl_f_sha1,
        ssl_f_sig_alg, ssl_f_version, ssl_fc, ssl_fc_alg_keysize, ssl_fc_alpn, ssl_fc_cipher,
        ssl_fc_cipherlist_bin, ssl_fc_cipherlist_hex, ssl_fc_cipherlist_str,
        ssl_fc_cipherlist_xxh, ssl_fc_client_early_traffic_secret,
        ssl_fc_client_handshake_traffic_secret, ssl_fc_client_random,
        ssl_fc_client_traffic_secret_0, ssl_fc_crtname, ssl_fc_curve, ssl_fc_early_rcvd,
        ssl_fc_early_exporter_secret, ssl_fc_ecformats_bin, ssl_fc_eclist_bin, ssl_fc_err,
        ssl_fc_err_str, ssl_fc_exporter_secret, ssl_fc_extlist_bin, ssl_fc_has_crt,
        ssl_fc_has_early, ssl_fc_has_sni, ssl_fc_is_resumed, ssl_fc_npn, ssl_fc_protocol,
        ssl_fc_protocol_hello_id, ssl_fc_server_handshake_traffic_secret, ssl_fc_server_random,
        ssl_fc_server_traffic_secret_0, ssl_fc_session_id, ssl_fc_session_key, ssl_fc_sigalgs_bin,
        ssl_fc_sni, ssl_fc_supported_versions_bin, ssl_fc_unique_id, ssl_fc_use_keysize,
        ssl_s_chain_der, ssl_s_der, ssl_s_i_dn, ssl_s_key_alg, ssl_s_notafter, ssl_s_notbefore,
        ssl_s_s_dn, ssl_s_serial, ssl_s_sha1, ssl_s_sig_alg, ssl_s_version, txn.timer.user
        """)
    ),
    (
      "fetch-L6",
      split(
        """
        distcc_body, distcc_param, payload, payload_lv, req.len, req.payload, req.payload_lv,
        req.proto_http, req.rdp_cookie, req.rdp_cookie_cnt, req.ssl_alpn, req.ssl_cipherlist,
        req.ssl_ec_ext, req.ssl_hello_type, req.ssl_keyshare_groups, req.ssl_sigalgs, req.ssl_sni,
        req.ssl_st_ext, req.ssl_supported_groups, req.ssl_ver, res.len, res.payload,
        res.payload_lv, res.ssl_hello_type
        """)
    ),
    (
      "converter",
      split(
        """
        51d.single, add, add_item, aes_cbc_dec, aes_cbc_enc, aes_gcm_dec, aes_gcm_enc, and,
        b64dec, base2, base64, be2dec, le2dec, be2hex, bool, bytes, capture-req, capture-res,
        concat, cpl, crc32, crc32c, cut_crlf, da-csv-conv, date, debug, digest, div, djb2,
        eth.data, eth.dst, eth.hdr, eth.proto, eth.src, eth.vlan, even, field, fe_exists,
        fix_is_valid, fix_tag_value, hex, hex2i, hmac, host_only, htonl, http_date, iif, in_table,
        ip.data, ip.df, ip.dst, ip.fp, ip.hdr, ip.proto, ip.src, ip.tos, ip.ttl, ip.ver, ipmask,
        json, json_query, jwt_decrypt_cert, jwt_decrypt_jwk, jwt_decrypt_secret, jwt_header_query,
        jwt_payload_query, jwt_verify, jwt_verify_cert, language, length, lower, ltime, ltrim,
        map, mod, mqtt_field_value, mqtt_is_valid, ms_ltime, ms_utime, mul, nbsrv, neg, not, odd,
        or, param, port_only, protobuf, regsub, reverse, reverse_dom, rfc7239_field,
        rfc7239_is_valid, rfc7239_n2nn, rfc7239_n2np, rfc7239_nn, rfc7239_np, rtrim, sdbm,
        secure_memcmp, set-var, sha1, sha2, srv_is_up, srv_queue, strcmp, sub,
        table_bytes_in_rate, table_bytes_out_rate, table_clr_gpc, table_clr_gpc0, table_clr_gpc1,
        table_conn_cnt, table_conn_cur, table_conn_rate, table_expire, table_glitch_cnt,
        table_glitch_rate, table_gpc, table_gpc0, table_gpc0_rate, table_gpc1, table_gpc1_rate,
        table_gpc_rate, table_gpt, table_gpt0, table_http_err_cnt, table_http_err_rate,
        table_http_fail_cnt, table_http_fail_rate, table_http_req_cnt, table_http_req_rate,
        table_idle, table_inc_gpc, table_inc_gpc0, table_inc_gpc1, table_kbytes_in,
        table_kbytes_out, table_server_id, table_sess_cnt, table_sess_rate, table_trackers,
        tcp.dst, tcp.flags, tcp.options.mss, tcp.options.sack, tcp.options.tsopt,
        tcp.options.tsval, tcp.options.wscale, tcp.options.wsopt, tcp.options_list, tcp.seq,
        tcp.src, tcp.win, ub64dec, ub64enc, ungrpc, unset-var, upper, url_dec, url_enc, us_ltime,
        us_utime, utime, when, word, wt6, x509_v_err_str, xor, xxh3, xxh32, xxh64,
        map_<match>[_<out>]
        """)
    ),
  ]

  private static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { part in
      part.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }
  }
}
