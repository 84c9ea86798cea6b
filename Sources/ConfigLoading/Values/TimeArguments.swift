import ConfigSyntax

/// What became of a time argument.
enum TimeArgument: Equatable {
  case value(Int)
  case unexpected(Unicode.Scalar)
  case overflow

  /// Reads a time into a count of `unit`; the warning is of what stands behind its unit.
  static func read(_ text: String, in unit: TimeText.Unit) -> (TimeArgument, warning: String?) {
    do throws(TimeText.Failure) {
      let read = try TimeText.parse(text, in: unit)
      let warning = read.trailing.map {
        "unexpected character '\($0)' after the timer value '\(text)', only "
          + "(us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. This will be "
          + "reported as an error in next versions."
      }
      return (.value(read.value), warning)
    } catch {
      switch error {
      case .unexpected(let scalar): return (.unexpected(scalar), nil)
      case .overflow: return (.overflow, nil)
      }
    }
  }
}

extension LoadContext {
  /// Reads a time, warning as HAProxy does of what stands behind its unit.
  func time(_ text: String, in unit: TimeText.Unit = .milliseconds) -> TimeArgument {
    let (argument, warning) = TimeArgument.read(text, in: unit)
    if let warning { warningPlain(warning) }
    return argument
  }
}
