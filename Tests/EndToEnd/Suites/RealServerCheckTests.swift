import Peers
import Testing

/// Protocol checks against the servers they are made for, as Debian packages them.
@Suite("Health checks understand the servers that people run", .serialized)
struct RealServerCheckTests {
  /// Checks one server in several ways at once, on every engine.
  ///
  /// - Parameter checks: lines of a backend, and what the log says of its server.
  private func expect(_ port: UInt16, _ checks: [(lines: String, log: String)]) throws {
    for engine in ProgramUnderTest.engines {
      let stage = try Stage(engine)
      let backends = checks.enumerated().map { index, check in
        """
        backend b\(index)
            option log-health-checks
            \(check.lines)
            server s 127.0.0.1:\(port) check inter 1s rise 1 fall 1
        """
      }
      try stage.start(
        "listen px\n    bind 127.0.0.1:\(stage.port)\n" + backends.joined(separator: "\n"))
      for (index, check) in checks.enumerated() {
        let line = try stage.log.line(containing: "server b\(index)/s ", within: .seconds(20))
        #expect(line.containsText(check.log), "\(engine): \(check.lines): \(line)")
      }
    }
  }

  @Test(.enabled(if: RealServer.isInstalled("redis-server"), "redis-server is not installed"))
  func redis() throws {
    let server = try RealServer(
      "exec redis-server --port $PORT --bind 127.0.0.1 --save '' --appendonly no --dir $FOLDER")
    try expect(
      server.port,
      [
        (
          "option redis-check",
          "succeeded, reason: Layer7 check passed, code: 0, info: \"Redis server is ok\""
        ),
        (
          """
          option tcp-check
              tcp-check connect
              tcp-check send PING\\r\\n
              tcp-check expect string +PONG
              tcp-check send info\\ replication\\r\\n
              tcp-check expect string role:master
              tcp-check send QUIT\\r\\n
              tcp-check expect string +OK
          """, "succeeded, reason: Layer7 check passed, code: 0, info: \"(tcp-check)\""
        ),
        (
          """
          option tcp-check
              tcp-check send info\\ replication\\r\\n
              tcp-check expect string role:slave min-recv 80
          """,
          "failed, reason: Layer7 invalid response, info: \"TCPCHK did not match content "
            + "'role:slave' at step 2\""
        ),
      ])
    let closed = try RealServer(
      "exec redis-server --port $PORT --bind 127.0.0.1 --save '' --requirepass secret")
    try expect(
      closed.port,
      [
        (
          "option redis-check",
          // It says -NOAUTH and stays; the check goes on waiting for +PONG.
          "failed, reason: Layer7 timeout, check"
        )
      ])
  }

  @Test(.enabled(if: RealServer.isInstalled("nginx"), "nginx is not installed"))
  func nginx() throws {
    let server = try RealServer(
      """
      cat > nginx.conf <<END
      daemon off;
      master_process off;
      pid $FOLDER/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path $FOLDER/a; proxy_temp_path $FOLDER/b; fastcgi_temp_path $FOLDER/c;
        uwsgi_temp_path $FOLDER/d; scgi_temp_path $FOLDER/e;
        server {
          listen 127.0.0.1:$PORT;
          server_tokens off;
          location /fine { add_header X-Role "first, second"; return 200 "all is well\\n"; }
          location /sick { return 503; }
        }
        server { listen 127.0.0.1:$PORT ssl; server_name none; ssl_reject_handshake on; }
      }
      END
      sed -i '/listen.*ssl/d' nginx.conf
      exec nginx -e stderr -p $FOLDER -c nginx.conf
      """)
    try expect(
      server.port,
      [
        ("option httpchk GET /fine", "succeeded, reason: Layer7 check passed, code: 200, check"),
        (
          "option httpchk GET /sick",
          "failed, reason: Layer7 wrong status, code: 503, info: \"Service Temporarily Unavailable\""
        ),
        (
          """
          option httpchk
              http-check send meth GET uri /fine ver HTTP/1.1 hdr Host example.com
              http-check expect string "is well"
          """, "succeeded, reason: Layer7 check passed, code: 200, check"
        ),
        (
          """
          option httpchk GET /fine
              http-check expect hdr name x-role value second
          """, "succeeded, reason: Layer7 check passed, code: 200, check"
        ),
        (
          """
          option httpchk GET /none
              http-check disable-on-404
          """,
          "conditionally succeeded, reason: Layer7 check conditionally passed, code: 404, check"
        ),
        (
          """
          option httpchk
              http-check connect
              http-check send meth GET uri /fine
              http-check expect status 200
              http-check connect linger
              http-check send meth GET uri /sick
              http-check expect ! status 200-399
          """, "succeeded, reason: Layer7 check passed, code: 503, check"
        ),
      ])
  }

  @Test(.enabled(if: RealServer.isInstalled("nginx"), "nginx is not installed"))
  func tls() throws {
    let server = try RealServer(
      """
      cat > nginx.conf <<END
      daemon off;
      master_process off;
      pid $FOLDER/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path $FOLDER/a; proxy_temp_path $FOLDER/b; fastcgi_temp_path $FOLDER/c;
        uwsgi_temp_path $FOLDER/d; scgi_temp_path $FOLDER/e;
        server { listen 127.0.0.1:$PORT ssl; ssl_reject_handshake on; }
      }
      END
      exec nginx -e stderr -p $FOLDER -c nginx.conf
      """)
    try expect(
      server.port, [("option ssl-hello-chk", "succeeded, reason: Layer6 check passed, check")])
  }

  @Test(.enabled(if: RealServer.isInstalled("postgres"), "postgresql is not installed"))
  func postgresql() throws {
    let server = try RealServer(
      """
      PATH=/usr/lib/postgresql/15/bin:$PATH
      initdb -D data -A scram-sha-256 -U owner --pwfile=/bin/sh --no-sync -N >initdb.log 2>&1
      sed -i '1i host all rejected 127.0.0.1/32 reject' data/pg_hba.conf
      exec postgres -D data -p $PORT -k $FOLDER -c listen_addresses=127.0.0.1 -c fsync=off
      """, saying: "database system is ready to accept connections")
    try expect(
      server.port,
      [
        (
          "option pgsql-check user haproxy",
          "succeeded, reason: Layer7 check passed, code: 0, info: \"PostgreSQL server is ok\""
        ),
        (
          "option pgsql-check user rejected",
          "failed, reason: Layer7 invalid response, info: \"FATAL\""
        ),
      ])
  }

  @Test(.enabled(if: RealServer.isInstalled("mariadbd"), "mariadb-server is not installed"))
  func mariadb() throws {
    let server = try RealServer(
      """
      mariadb-install-db --no-defaults --datadir=$FOLDER/data --skip-test-db \
      --auth-root-authentication-method=normal >install.log 2>&1
      echo "CREATE USER 'haproxy'@'%';" >users.sql
      exec mariadbd --no-defaults --datadir=$FOLDER/data --port=$PORT --socket=$FOLDER/socket \
      --bind-address=127.0.0.1 --pid-file=$FOLDER/pid --init-file=$FOLDER/users.sql \
      --skip-name-resolve --innodb-buffer-pool-size=8M
      """)
    try expect(
      server.port,
      [
        (
          "option mysql-check",
          "succeeded, reason: Layer7 check passed, code: 0, info: \"5.5.5-10."
        ),
        (
          "option mysql-check user haproxy",
          "succeeded, reason: Layer7 check passed, code: 0, info: \"5.5.5-10."
        ),
        (
          "option mysql-check user nobody",
          "failed, reason: Layer7 wrong status, code: 1045, info: \"#28000Access denied for user "
            + "'nobody'@'127.0.0.1' (using password: NO)\""
        ),
      ])
  }

  @Test(.enabled(if: RealServer.isInstalled("slapd"), "slapd is not installed"))
  func ldap() throws {
    for (line, log) in [
      ("", "succeeded, reason: Layer7 check passed, code: 0, info: \"Success\""),
      (
        "disallow bind_anon",
        "failed, reason: Layer7 wrong status, code: 48, info: \"See RFC: "
          + "http://tools.ietf.org/html/rfc4511#section-4.1.9\""
      ),
    ] {
      let server = try RealServer(
        """
        echo "\(line)" >slapd.conf
        exec slapd -h ldap://127.0.0.1:$PORT -f slapd.conf -d 0
        """)
      try expect(server.port, [("option ldap-check", log)])
    }
  }

  @Test(.enabled(if: RealServer.isInstalled("aiosmtpd"), "python3-aiosmtpd is not installed"))
  func smtp() throws {
    let server = try RealServer("exec aiosmtpd -n -l 127.0.0.1:$PORT")
    try expect(
      server.port,
      [
        (
          "option smtpchk", "succeeded, reason: Layer7 check passed, code: 221, info: \"Bye\""
        ),
        (
          "option smtpchk EHLO example.com",
          "succeeded, reason: Layer7 check passed, code: 221, info: \"Bye\""
        ),
      ])
  }
}
