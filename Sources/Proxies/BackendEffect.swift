public import Basics
public import ConfigurationLanguage
public import HealthChecks

/// What has to happen outside of a backend after something changed in it, in this order.
public enum BackendEffect: Hashable, Sendable {
  /// Log this.
  case line(StateLine)
  /// A session that waited got a slot: tell it.
  case granted(Grant)
  /// A session waits no longer and got nothing: it asks again with `assign`, where `previous` is
  /// the server it waited for; nil when any would have done.
  case reassign(Waiter, previous: Int?, places: QueuePlaces)
  /// End the sessions that hold a slot of this server.
  case shutDown(server: Int, cause: TerminationState.Cause)
  /// Check this server at this time if the next check is later.
  case check(server: Int, notAfter: Instant)
  /// A server of a backend tracks one of this backend: tell it with `applyTracked`.
  case tracked(ServerReference, TrackedChange)
}
