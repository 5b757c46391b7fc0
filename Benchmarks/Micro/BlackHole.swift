import CLinux

/// Keeps the compiler from leaving work out whose result nobody looks at.
@inline(never) func blackHole<Value>(_ value: Value) {
  withUnsafePointer(to: value) { linux_look_at($0) }
}
