/// Why a connection failed; the raw value is HAProxy's number (`CO_ER_*`), as `fc_err` and `bc_err`
/// give it. Only what can happen to a connection without TLS and SOCKS is here.
public enum ConnectionError: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  case none = 0
  case configuredLimit = 1
  case processLimit = 2
  case systemLimit = 3
  case systemMemory = 4
  case noProtocol = 5
  case socket = 6
  case cannotBind = 8
  case noFreePorts = 9
  case addressInUse = 10
  case proxyEmpty = 11
  case proxyAborted = 12
  case proxyTimeout = 13
  case proxyTruncated = 14
  case proxyNoHeader = 15
  case proxyInvalid = 16
  case proxyUnknownProtocol = 17
  case clientAddressEmpty = 18
  case clientAddressAborted = 19
  case clientAddressTimeout = 20
  case clientAddressTruncated = 21
  case clientAddressWrongMagic = 22
  case clientAddressUnknownProtocol = 23
  case refused = 47
  case reset = 48
  case unreachable = 49
  case outOfMemory = 50
  case invalidArgument = 53
  case notConnected = 54
  case noBufferSpace = 56
  case brokenPipe = 57

  /// HAProxy's name for it: `fc_err_name`. Empty for none.
  public var name: StaticString {
    switch self {
    case .none: ""
    case .configuredLimit: "CONF_FDLIM"
    case .processLimit: "PROC_FDLIM"
    case .systemLimit: "SYS_FDLIM"
    case .systemMemory: "SYS_MEMLIM"
    case .noProtocol: "NOPROTO"
    case .socket: "SOCK_ERR"
    case .cannotBind: "CANT_BIND"
    case .noFreePorts: "FREE_PORTS"
    case .addressInUse: "ADDR_INUSE"
    case .proxyEmpty: "PRX_EMPTY"
    case .proxyAborted: "PRX_ABORT"
    case .proxyTimeout: "PRX_TIMEOUT"
    case .proxyTruncated: "PRX_TRUNCATED"
    case .proxyNoHeader: "PRX_NOT_HDR"
    case .proxyInvalid: "PRX_BAD_HDR"
    case .proxyUnknownProtocol: "PRX_BAD_PROTO"
    case .clientAddressEmpty: "CIP_EMPTY"
    case .clientAddressAborted: "CIP_ABORT"
    case .clientAddressTimeout: "CIP_TIMEOUT"
    case .clientAddressTruncated: "CIP_TRUNCATED"
    case .clientAddressWrongMagic: "CIP_BAD_MAGIC"
    case .clientAddressUnknownProtocol: "CIP_BAD_PROTO"
    case .refused: "EREFUSED"
    case .reset: "ERESET"
    case .unreachable: "EUNREACH"
    case .outOfMemory: "ENOMEM"
    case .invalidArgument: "EINVAL"
    case .notConnected: "ENCONN"
    case .noBufferSpace: "ENOBUFS"
    case .brokenPipe: "EPIPE"
    }
  }

  /// HAProxy's words for it: `fc_err_str`, and the log line of a session that never began.
  public var text: StaticString {
    switch self {
    case .none: "Success"
    case .configuredLimit: "Reached configured maxconn value"
    case .processLimit: "Too many sockets on the process"
    case .systemLimit: "Too many sockets on the system"
    case .systemMemory: "Out of system buffers"
    case .noProtocol: "Protocol or address family not supported"
    case .socket: "General socket error"
    case .cannotBind: "Can't bind to source address"
    case .noFreePorts: "Out of local source ports on the system"
    case .addressInUse: "Local source address already in use"
    case .proxyEmpty: "Connection closed while waiting for PROXY protocol header"
    case .proxyAborted: "Connection error while waiting for PROXY protocol header"
    case .proxyTimeout: "Timeout while waiting for PROXY protocol header"
    case .proxyTruncated: "Truncated PROXY protocol header received"
    case .proxyNoHeader: "Received something which does not look like a PROXY protocol header"
    case .proxyInvalid: "Received an invalid PROXY protocol header"
    case .proxyUnknownProtocol: "Received an unhandled protocol in the PROXY protocol header"
    case .clientAddressEmpty: "Connection closed while waiting for NetScaler Client IP header"
    case .clientAddressAborted: "Connection error while waiting for NetScaler Client IP header"
    case .clientAddressTimeout: "Timeout while waiting for a NetScaler Client IP header"
    case .clientAddressTruncated: "Truncated NetScaler Client IP header received"
    case .clientAddressWrongMagic: "Received an invalid NetScaler Client IP magic number"
    case .clientAddressUnknownProtocol:
      "Received an unhandled protocol in the NetScaler Client IP header"
    case .refused: "ECONNREFUSED returned by OS"
    case .reset: "ECONNRESET returned by OS"
    case .unreachable: "ENETUNREACH returned by OS"
    case .outOfMemory: "ENOMEM returned by OS"
    case .invalidArgument: "EINVAL returned by OS"
    case .notConnected: "ENCONN returned by OS"
    case .noBufferSpace: "ENOBUFS returned by OS"
    case .brokenPipe: "EPIPE returned by OS"
    }
  }
}
