import Configuration
import HTTP
import Memory

/// `capture request|response header`: which header goes into which slot.
struct CaptureRule {
  let name: HTTPHeaderName
  let length: Int
  init(_ setting: HeaderCapture) {
    name = HTTPHeaderName(permanent: Bytes(permanent: setting.name))
    length = setting.length
  }
}

/// Captured values of one stream, by slot.
struct CaptureSlots: ~Copyable {
  private var slots: [CaptureSlot] = []

  func value(_ slot: Int) -> Bytes? {
    slot >= 0 && slot < slots.count && slots[slot].isSet ? slots[slot].text.bytes : nil
  }
  mutating func clear() { for i in slots.indices { slots[i].isSet = false } }
  func giveBack() { for slot in slots { slot.text.giveBack() } }

  /// What a rule puts into a slot.
  mutating func set(_ slot: Int, _ value: Bytes, _ rules: [CaptureRule]) {
    if slot < 0 || slot >= rules.count { return }
    while slots.count <= slot {
      let fresh = CaptureSlot(length: rules[slots.count].length)
      slots.append(fresh)
    }
    if !slots[slot].isSet { slots[slot].use(length: rules[slot].length) }
    slots[slot].set(value)
  }

  /// Takes the last value of each rule's header.
  mutating func capture(_ rules: [CaptureRule], from message: borrowing HTTPMessage) {
    for i in rules.indices {
      if i == slots.count { slots.append(CaptureSlot(length: rules[i].length)) }
      slots[i].use(length: rules[i].length)
      if let at = message.findLast(rules[i].name) { slots[i].set(message[at].value) }
    }
  }
}

/// Grows to the longest use and is then kept with its stream.
final class CaptureSlot {
  fileprivate(set) var text: CapturedText
  fileprivate(set) var isSet = false
  private var limit: Int
  private var capacity: Int
  init(length: Int) {
    text = CapturedText(capacity: length)
    limit = length
    capacity = length
  }
  func use(length: Int) {
    if length > capacity {
      text = CapturedText(capacity: length)
      capacity = length
    }
    limit = length
    isSet = false
  }
  func set(_ value: Bytes) {
    text.set(value.prefix(limit))
    isSet = true
  }
}
