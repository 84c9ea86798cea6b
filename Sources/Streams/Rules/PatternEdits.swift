import Memory
import Rules
import Samples

/// `add-acl`, `del-acl`, `set-map` and `del-map` by traffic.
extension Worker {
  func editPatterns(_ handle: PatternEditHandle, _ stream: Stream, _ view: inout StreamLogView) {
    let edit = rules.patternEdits[Int(handle.index)]
    guard let list = edit.reference else { return }
    let mark = stream.text.mark
    defer { stream.text.reset(to: mark) }
    let key = text(edit.key, stream, &view)
    let value = edit.value.map { text($0, stream, &view) }
    // A key or a value that the list cannot take changes nothing.
    switch edit.kind {
    case .addPattern: if !list.contains(key) { try? list.add(key) }
    case .remove: list.remove(key)
    case .setValue:
      guard let value, let changed = try? list.set(key, value: value) else { return }
      if changed == 0 { try? list.add(key, value: value) }
    }
  }
}
