import Benchmarking

/// One scene as every proxy is told it: two listeners and their backends.
struct ProxyConfiguration {
  var listenAddress: String
  var serverAddress: String
  var echo: (listen: UInt16, server: UInt16)
  var bulk: (listen: UInt16, server: UInt16)
  var threads: Int
  /// Whether every client is tracked in a stick table.
  var tracksClients: Bool
  /// How many sessions there must be room for.
  var sessionsMax: Int
  /// Where nginx keeps its files.
  var directory: String

  /// The same meaning in the language of each.
  func text(for variant: Variant) -> String {
    variant == .nginx ? nginx : haproxy(variant)
  }

  private func haproxy(_ variant: Variant) -> String {
    let tuning =
      switch variant {
      case .ring: "    tune.engine io_uring\n"
      case .epoll: "    tune.engine epoll\n"
      case .ringSplice: "    tune.engine io_uring\n    tune.splice ring\n"
      case .haproxy, .haproxySplice, .haproxyExtra, .nginx, .direct: ""
      }
    // HAProxy sets descriptors for two sockets a session and its pipes aside before it starts.
    let pipes = variant == .haproxySplice && sessionsMax > 5000 ? "    maxpipes 64\n" : ""
    let splicing = variant == .haproxySplice ? "    option splice-auto\n" : ""
    let tracking =
      tracksClients
      ? "    stick-table type ip size 100k expire 30s store conn_cnt,conn_cur,conn_rate(10s)\n"
        + "    tcp-request connection track-sc0 src\n"
        + "    tcp-request connection reject if { sc0_conn_rate gt 1000000000 }\n" : ""
    return """
      global
          nbthread \(threads)
          maxconn \(sessionsMax)
      \(tuning)\(pipes)
      defaults
          mode tcp
          timeout connect 5s
          timeout client 30s
          timeout server 30s
      \(splicing)
      listen echo
          bind \(listenAddress):\(echo.listen)
      \(tracking)    server backend \(serverAddress):\(echo.server)

      listen bulk
          bind \(listenAddress):\(bulk.listen)
          server backend \(serverAddress):\(bulk.server)

      """
  }

  private var nginx: String {
    func server(_ ports: (listen: UInt16, server: UInt16)) -> String {
      """
          server {
              listen \(listenAddress):\(ports.listen);
              proxy_pass \(serverAddress):\(ports.server);
              proxy_connect_timeout 5s;
              proxy_timeout 30s;
          }

      """
    }
    return """
      load_module /usr/lib/nginx/modules/ngx_stream_module.so;
      daemon off;
      worker_processes \(threads);
      worker_rlimit_nofile 20000;
      error_log stderr crit;
      pid \(directory)/nginx.pid;
      lock_file \(directory)/nginx.lock;
      events {
          worker_connections \(2 * sessionsMax + 64);
      }
      stream {
          access_log off;
      \(server(echo))\(server(bulk))}

      """
  }
}
