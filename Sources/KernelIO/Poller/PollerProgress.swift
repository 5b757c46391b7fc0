import Basics
import CLiburing
import Glibc

// What happens when a descriptor is ready for the requests on it.
extension Poller {
  /// The events after which a receive or an accept has something to say.
  static let readReady =
    EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue
  /// The events after which a connect is decided.
  static let connectReady = EPOLLOUT.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue
  /// While one of these is set, a short receive does not mean that nothing more is to be had: the
  /// end of the stream, an error, or what is behind the mark of urgent data.
  static let readMore =
    EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLPRI.rawValue

  /// What EAGAIN disproves.
  static let inputUsedUp = EPOLLIN.rawValue | EPOLLPRI.rawValue

  mutating func makeRunnable(_ descriptor: Int32) {
    guard !descriptors[descriptor].isRunnable else { return }
    descriptors[descriptor].isRunnable = true
    runnable.append(descriptor)
  }

  /// Lets the requests on a descriptor do what its readiness allows, within their shares.
  mutating func advance(_ descriptor: Int32) {
    var index = descriptors[descriptor].firstRequest
    while index != .none {
      // Read first: the request may be gone afterwards.
      let next = requests[index].next
      let ready = descriptors[descriptor].ready
      switch requests[index].kind {
      case .receive: if ready & Poller.readReady != 0 { advanceReceive(index, descriptor) }
      case .accept: if ready & Poller.readReady != 0 { advanceAccept(index, descriptor) }
      case .connect: if ready & Poller.connectReady != 0 { advanceConnect(index, descriptor) }
      case .poll: break
      case .timer, .unused: stop("only requests on a descriptor are in its list")
      }
      index = next
    }
  }

  // MARK: Receive

  private mutating func advanceReceive(_ index: RequestIndex, _ descriptor: Int32) {
    let token = requests[index].token
    var share = options.receiveBytesPerTurnMax
    while share > 0 {
      let buffer = pool.lease()
      guard buffer != .none else { return finish(index, -ENOBUFS) }
      let asked = min(pool.bufferBytes, requests[index].bytesLeft)
      let received = unsafe recv(
        descriptor, pool.memory(of: buffer), asked, Int32(MSG_DONTWAIT))
      guard received > 0 else {
        let error: Int32 = received == 0 ? 0 : errno
        pool.giveBack(buffer)
        if error == EINTR { continue }
        guard error == EAGAIN else { return finish(index, -error) }
        descriptors[descriptor].ready &= ~Poller.inputUsedUp
        return
      }
      let isDrained = received < asked && descriptors[descriptor].ready & Poller.readMore == 0
      if isDrained { descriptors[descriptor].ready &= ~Poller.inputUsedUp }
      requests[index].bytesLeft &-= received
      guard requests[index].bytesLeft > 0 else {
        return finish(index, Int32(truncatingIfNeeded: received), buffer: buffer)
      }
      complete(token, Int32(truncatingIfNeeded: received), buffer: buffer, isMore: true)
      if isDrained { return }
      share &-= received
    }
    makeRunnable(descriptor)
  }

  // MARK: Accept

  private mutating func advanceAccept(_ index: RequestIndex, _ descriptor: Int32) {
    let token = requests[index].token
    let isMultishot = requests[index].isMultishot
    var share = options.acceptsPerTurnMax
    while share > 0 {
      switch SystemCall.accept(on: Descriptor(rawValue: descriptor)) {
      case .success(let accepted):
        guard isMultishot else { return finish(index, accepted.rawValue) }
        complete(token, accepted.rawValue, isMore: true)
        share &-= 1
      case .failure(.interrupted): continue
      case .failure(.wouldBlock):
        descriptors[descriptor].ready &= ~Poller.inputUsedUp
        return
      case .failure(let error): return finish(index, -error.rawValue)
      }
    }
    makeRunnable(descriptor)
  }

  // MARK: Connect

  private mutating func advanceConnect(_ index: RequestIndex, _ descriptor: Int32) {
    var error: Int32 = 0
    var bytes = socklen_t(MemoryLayout<Int32>.size)
    let failed = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0
    finish(index, failed ? -errno : -error)
  }

  // MARK: Poll

  /// Answers the polls that wait for one of `mask`, which epoll has just reported.
  mutating func answerPolls(on descriptor: Int32, _ mask: UInt32) {
    var index = descriptors[descriptor].firstRequest
    while index != .none {
      let next = requests[index].next
      if requests[index].kind == .poll {
        let events = mask & Poller.wanted(by: requests[index].events)
        if events != 0 { answerPoll(index, events) }
      }
      index = next
    }
  }

  mutating func answerPoll(_ index: RequestIndex, _ events: UInt32) {
    let result = Int32(truncatingIfNeeded: events)
    if requests[index].isMultishot {
      complete(requests[index].token, result, isMore: true)
    } else {
      finish(index, result)
    }
  }

  /// Errors and hang-ups are always waited for. The numbers of epoll's events are those of
  /// `<poll.h>`.
  @inline(__always)
  static func wanted(by events: UInt32) -> UInt32 {
    events | EPOLLERR.rawValue | EPOLLHUP.rawValue
  }

  /// Which of `events` are true right now. poll(2).
  static func pollNow(_ descriptor: Descriptor, _ events: UInt32) -> UInt32 {
    var question = pollfd(
      fd: descriptor.rawValue, events: Int16(truncatingIfNeeded: events), revents: 0)
    guard unsafe Glibc.poll(&question, 1, 0) == 1 else { return 0 }
    return UInt32(UInt16(bitPattern: question.revents))
  }
}
