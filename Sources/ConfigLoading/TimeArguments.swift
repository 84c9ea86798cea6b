import ConfigSyntax

/// What became of a time argument.
enum TimeArgument: Equatable {
  case value(Int)
  case unexpected(Unicode.Scalar)
  case overflow
}

extension LoadContext {
  /// Reads a time into a count of `unit`, warning of what stands behind its unit, as HAProxy does.
  func time(_ text: String, in unit: TimeText.Unit = .milliseconds) -> TimeArgument {
    do throws(TimeText.Failure) {
      let read = try TimeText.parse(text, in: unit)
      if let trailing = read.trailing {
        warningPlain(
          "unexpected character '\(trailing)' after the timer value '\(text)', only "
            + "(us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. This will be "
            + "reported as an error in next versions.")
      }
      return .value(read.value)
    } catch {
      switch error {
      case .unexpected(let scalar): return .unexpected(scalar)
      case .overflow: return .overflow
      }
    }
  }
}
