import Basics
import CLiburing

// What a completion means that is not the engine's as it stands: the ring's own requests, and those
// that it must help along to keep what the protocol promises.
extension Ring {
  /// Turns a completion of the kernel into one of the engine.
  ///
  /// - Returns: whether the engine hears of it.
  @inline(never)
  mutating func settle(_ completion: inout Completion) -> Bool {
    switch completion.token {
    case .ignored: return false
    case .wake:
      isWoken = true
      if !completion.isMore { armWaker() }
      return false
    default: break
    }
    completion.token = completion.token.unhelped
    guard let place = requests.find(completion.token) else {
      stop("a request that is helped along is in the table")
    }
    if requests[place].bytesLeft > 0 {
      settleReceive(&completion, place: place)
      return true
    }
    return settlePoll(&completion, place: place)
  }

  /// A receive of one piece: counts the bytes and starts the next piece, or forgets it.
  private mutating func settleReceive(_ completion: inout Completion, place: Int) {
    var request = requests[place]
    request.bytesLeft &-= Int(max(completion.result, 0))
    if completion.result <= 0 || request.bytesLeft <= 0 || request.isCancelled {
      requests.remove(at: place)
      return
    }
    requests[place] = request
    restart(request)
    completion.isMore = true
  }

  /// A poll that asked neither for bytes nor for their end.
  ///
  /// The kernel adds POLLRDHUP to every poll (IO_POLL_UNMASK in io_uring/poll.c), so on a socket
  /// whose peer has sent its FIN such a poll would end at once, whatever it waits for, and again
  /// when it is started anew. A multishot request does not: after its first look it speaks only
  /// when something changes. So the poll becomes a patient one, and what it says is sifted.
  ///
  /// | request | completion | what follows |
  /// |---|---|---|
  /// | any | an error | the engine's |
  /// | any | an event asked for, last | the engine's |
  /// | multishot | an event asked for, more to come | the engine's |
  /// | patient | an event asked for, more to come | held, the request is cancelled |
  /// | patient, held | its last completion | the engine hears of the held event |
  /// | any | the peer's FIN alone, more to come | nothing |
  /// | any | the peer's FIN alone, last | starts anew, patient; cancelled: the engine's |
  ///
  /// - Returns: whether the engine hears of it.
  private mutating func settlePoll(_ completion: inout Completion, place: Int) -> Bool {
    var request = requests[place]
    if request.held != 0 {
      if completion.isMore { return false }
      completion.result = request.held
      requests.remove(at: place)
      return true
    }
    let isUnasked = completion.result == Int32(PollEvents.readHangUp.rawValue)
    if completion.isMore {
      if isUnasked { return false }
      if request.isMultishot { return true }
      request.held = completion.result
      requests[place] = request
      cancelEntry(of: request.token.helped)
      return false
    }
    if isUnasked && !request.isCancelled {
      request.isPatient = !request.isMultishot
      requests[place] = request
      restart(request)
      return false
    }
    if isUnasked { completion.result = -Errno.cancelled.rawValue }
    requests.remove(at: place)
    return true
  }
}
