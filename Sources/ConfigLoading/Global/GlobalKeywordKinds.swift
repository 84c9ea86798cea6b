import ConfigSyntax
import Configuration

typealias GlobalPath<Value> = WritableKeyPath<GlobalSettings, Value> & Sendable

/// Kinds of `global` keywords of which there are many.
extension KeywordEntry {
  /// A word that stands alone; `no` before it, where it is allowed, takes it back.
  static func globalSwitch(_ name: String, _ path: GlobalPath<Bool>, to value: Bool = true) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard context.checkArgumentCount(line, atMost: 0) else { return }
      context.model.global[keyPath: path] = line.prefix == .no ? !value : value
    }
  }

  /// A number, read as C's `atol` does. `once`: a second line is reported and has no effect.
  static func globalNumber(_ name: String, _ path: GlobalPath<Int>, once: Bool = false) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard let value = context.globalNumber(line) else { return }
      if once && context.wasGiven(name, value) { return context.alreadySpecified(name) }
      context.model.global[keyPath: path] = value
    }
  }
  static func globalNumber(_ name: String, _ path: GlobalPath<Int?>, once: Bool = false) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard let value = context.globalNumber(line) else { return }
      if once && context.wasGiven(name, value) { return context.alreadySpecified(name) }
      context.model.global[keyPath: path] = value
    }
  }

  /// A number within bounds. `message` is what is said of a missing one or one out of bounds.
  static func globalNumber(
    _ name: String, _ path: GlobalPath<Int>, in range: ClosedRange<Int>, missing: String? = nil, message: String
  ) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      if line[1].isEmpty { return context.alert(missing ?? message) }
      let value = CInteger.leading(line[1])
      guard range.contains(value) else { return context.alert(message) }
      context.model.global[keyPath: path] = value
    }
  }

  /// One word. `once`: a second line is reported and has no effect.
  static func globalText(
    _ name: String, _ path: GlobalPath<String?>, missing: String, once: Bool = false
  ) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      if once && context.model.global[keyPath: path] != nil { return context.alreadySpecified(name) }
      if line[1].isEmpty { return context.alert(missing) }
      context.model.global[keyPath: path] = line[1]
    }
  }

  /// `on` or `off`.
  static func globalToggle(_ name: String, store: @escaping @Sendable (LoadContext, Bool) -> Void) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      switch line[1] {
      case "on": store(context, true)
      case "off": store(context, false)
      default: context.alert("'\(name)' expects either 'on' or 'off' but got '\(line[1])'.")
      }
    }
  }
  static func globalToggle(_ name: String, _ path: GlobalPath<Bool>) -> KeywordEntry {
    globalToggle(name) { context, value in context.model.global[keyPath: path] = value }
  }

  /// A time of which HAProxy's messages say `in argument to <name>`.
  static func globalTime(_ name: String, _ path: GlobalPath<Int?>, infinite: Bool = false) -> KeywordEntry {
    KeywordEntry(name, .global) { context, line in
      if line[1].isEmpty { return context.alert("'\(name)' expects <time> as argument.\n") }
      if infinite && line[1] == "infinite" {
        context.model.global[keyPath: path] = .max
        return
      }
      do throws(TimeText.Failure) {
        context.model.global[keyPath: path] = try context.duration(line[1])
      } catch {
        switch error {
        case .unexpected(let scalar): context.alert("unexpected character '\(scalar)' in argument to <\(name)>.\n")
        case .overflow:
          context.alert(
            "timer overflow in argument '\(line[1])' to '\(name)' (maximum value is 2147483647 ms or ~24.8 days)")
        }
      }
    }
  }
}

extension LoadContext {
  /// The line's one number; nil after a message.
  func globalNumber(_ line: ConfigLine) -> Int? {
    guard checkArgumentCount(line, atMost: 1) else { return nil }
    if line[1].isEmpty {
      alert("'\(line.keyword)' expects an integer argument.")
      return nil
    }
    return CInteger.leading(line[1])
  }

  /// Whether a line before gave the keyword a number other than 0; else `value` counts as given.
  func wasGiven(_ name: String, _ value: Int) -> Bool {
    if globalState.given[name] ?? 0 != 0 { return true }
    globalState.given[name] = value
    return false
  }

  func alreadySpecified(_ name: String) { alertContinuing("'\(name)' already specified. Continuing.") }

  /// A time as `TimeText` reads it; what follows the unit is warned of.
  func duration(_ text: String, in unit: TimeText.Unit = .milliseconds) throws(TimeText.Failure) -> Int {
    let time = try TimeText.parse(text, in: unit)
    if let trailing = time.trailing {
      warningPlain(
        "unexpected character '\(trailing)' after the timer value '\(text)', only (us=microseconds,ms=milliseconds,"
          + "s=seconds,m=minutes,h=hours,d=days) are supported. This will be reported as an error in next versions.")
    }
    return time.value
  }
}
