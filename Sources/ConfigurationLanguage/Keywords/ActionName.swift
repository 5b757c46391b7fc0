/// The names of actions of `tcp-request` and `tcp-response` rules that HAProxy 3.4 knows. HAProxy
/// manual, section 4.3.
enum ActionName {
  static let all = Set(
    words(
      of: """
        accept attach-srv capture close do-log do-resolve expect-netscaler-cip expect-proxy reject
        sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group
        set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos
        set-log-level set-mark set-nice set-priority-class set-priority-offset set-retries set-src
        set-src-port set-tos set-var set-var-fmt silent-drop switch-mode track-sc0 track-sc1
        track-sc2 unset-var use-service
        """))

  /// Those that are known and not carried out.
  static let notSupported = Set(
    words(
      of: """
        attach-srv do-log do-resolve send-spoe-group set-bandwidth-limit switch-mode use-service
        """))

  /// Whether something in parentheses belongs to the name.
  static func takesParentheses(_ name: String) -> Bool {
    name.hasPrefix("sc-") || name == "set-var" || name == "set-var-fmt" || name == "unset-var"
      || name == "do-resolve"
  }
}
