import Configuration
import LogFormat

/// Compiles the log-format strings of a proxy once, so that their errors stop the start.
struct LogFormatValidation {
  let validation: ProxyValidation

  func run() {
    let proxy = validation.proxy
    let place = proxy.logFormatLocation
    if proxy.accepts(.frontend) {
      if case .custom(let text) = proxy.logFormat {
        check(text, "log-format", place, [.mandatory, .mergeSpaces]) { $0.logFormat = .none }
      }
      if let text = proxy.logFormatSD {
        // HAProxy names the place of the `log-format` line here.
        check(text, "log-format-sd", place, [.mandatory, .mergeSpaces]) { $0.logFormatSD = nil }
      }
    }
    if let text = proxy.uniqueIDFormat {
      check(text, "unique-id", proxy.uniqueIDLocation, [.mergeSpaces]) { $0.uniqueIDFormat = nil }
    }
    if proxy.accepts(.frontend), let text = proxy.errorLogFormat {
      check(text, "error-log-format", proxy.errorLogFormatLocation, [.mandatory, .mergeSpaces]) {
        $0.errorLogFormat = nil
      }
    }
  }

  private func check(
    _ text: String, _ name: String, _ place: SourceLocation, _ flags: LogFieldFlags,
    drop: (inout ProxySettings) -> Void
  ) {
    do throws(LogFormatError) {
      _ = try LogFormat(text, flags: flags, isHTTP: validation.proxy.mode == .http)
    } catch {
      let file = place.file.isEmpty ? "(null)" : place.file
      validation.context.alertPlain("Parsing [\(file):\(place.line)]: failed to parse \(name) : \(error).")
      drop(&validation.proxy)
    }
  }
}
