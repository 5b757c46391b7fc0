import Basics

/// One thing a peer does; the next begins when it is done.
public enum PeerStep: Sendable {
  /// Sends these bytes.
  case send([UInt8])
  /// Sends so many bytes of the peer's own `StreamContent`, going on where it stopped before.
  case sendContent(Int)
  /// Waits until it has received so many bytes since its beginning, or the stream has ended.
  case receive(untilCount: Int)
  /// Waits for the end of the stream.
  case receiveToEnd
  /// Sends back what it receives until the stream has ended.
  case echo
  /// Does nothing for a while, but goes on reading.
  case wait(Duration)
  /// From here on, does not read.
  case stopReading
  /// From here on, reads again.
  case resumeReading
  /// Sends a FIN.
  case shutdownWriting
  /// Closes the connection, as close(2) does: with a reset when it has not read everything.
  case close
  /// Resets the connection.
  case reset
}

/// What a client or a server does with a connection. When the steps are done it stays, and reads.
public struct PeerScript: Sendable {
  /// What it does, in order.
  public var steps: [PeerStep]
  /// How many bytes it hands to its socket at once, at least 1.
  public var pieceBytes: Int
  /// How long it rests between two pieces.
  public var pieceGap: Duration
  /// How many bytes it reads at once, at least 1, and how long it rests then.
  public var readBytes: Int
  /// How long it rests between two reads.
  public var readGap: Duration
  /// The room in its socket for what it has not read.
  public var receiveBufferBytes: Int

  /// - Parameters:
  ///   - steps: what it does, in order.
  ///   - pieceBytes: how many bytes it hands to its socket at once.
  ///   - pieceGap: how long it rests between two pieces.
  ///   - readBytes: how many bytes it reads at once.
  ///   - readGap: how long it rests between two reads.
  ///   - receiveBufferBytes: the room in its socket for what it has not read.
  public init(
    _ steps: [PeerStep], pieceBytes: Int = 16_384, pieceGap: Duration = .zero,
    readBytes: Int = 65_536, readGap: Duration = .zero, receiveBufferBytes: Int = 65_536
  ) {
    self.steps = steps
    self.pieceBytes = pieceBytes
    self.pieceGap = pieceGap
    self.readBytes = readBytes
    self.readGap = readGap
    self.receiveBufferBytes = receiveBufferBytes
  }

  /// How much of its content it sends.
  var contentBytes: Int {
    steps.reduce(0) { if case .sendContent(let count) = $1 { $0 + count } else { $0 } }
  }

  /// Sends back everything, then closes.
  public static let echo = PeerScript([.echo, .close])
  /// Reads everything, then closes.
  public static let sink = PeerScript([.receiveToEnd, .close])

  /// Sends `count` bytes of its content, then closes when the other side has.
  public static func source(_ count: Int) -> PeerScript {
    PeerScript([.sendContent(count), .shutdownWriting, .receiveToEnd, .close])
  }

  /// Any client: well-behaved, slow, silent, or gone in the middle.
  public static func randomClient(using random: inout RandomNumbers) -> PeerScript {
    var steps: [PeerStep] = []
    let most = [16, 1_000, 40_000, 150_000][random.below(4)]
    for _ in 0..<random.number(in: 1...3) {
      steps.append(.sendContent(random.number(in: 8...max(8, most))))
      switch random.below(8) {
      case 0: steps.append(.wait(.milliseconds(random.number(in: 1...2_000))))
      case 1: steps += [.stopReading, .wait(.milliseconds(random.below(500))), .resumeReading]
      default: break
      }
    }
    return random.ended(steps)
  }

  /// Any server: echo, sink, source, or one that answers and goes.
  public static func randomServer(using random: inout RandomNumbers) -> PeerScript {
    switch random.below(6) {
    case 0, 1: return random.paced([.echo, .close])
    case 2: return random.paced([.receiveToEnd, .close])
    case 3:
      let bytes = random.number(in: 8...200_000)
      return random.paced([.sendContent(bytes), .receiveToEnd, .close])
    case 4:
      return random.ended([
        .receive(untilCount: random.number(in: 1...1_000)),
        .sendContent(random.number(in: 8...100_000)),
      ])
    default: return random.ended([.sendContent(random.number(in: 8...5_000))])
    }
  }
}

extension RandomNumbers {
  /// One of the ways a connection ends, behind the steps.
  fileprivate mutating func ended(_ steps: [PeerStep]) -> PeerScript {
    switch below(10) {
    case 0: paced(steps + [.reset])
    case 1: paced(steps + [.close])
    case 2: paced(steps)
    case 3: paced(steps + [.wait(.milliseconds(below(3_000))), .close])
    default: paced(steps + [.shutdownWriting, .receiveToEnd, .close])
    }
  }

  /// Steps with a pace: mostly quick, sometimes byte by byte or through a straw.
  fileprivate mutating func paced(_ steps: [PeerStep]) -> PeerScript {
    var script = PeerScript(steps)
    switch below(8) {
    // Byte by byte only what is short: an echo may be long.
    case 0 where (1..<2_000).contains(script.contentBytes):
      script.pieceBytes = 1
      script.pieceGap = .microseconds(600)
    case 1:
      script.pieceBytes = 1 + below(2_000)
      script.pieceGap = .microseconds(below(2_000))
    case 2:
      script.readBytes = 1 + below(4_000)
      script.readGap = .microseconds(below(5_000))
      script.receiveBufferBytes = 2_048
    default: break
    }
    return script
  }
}
