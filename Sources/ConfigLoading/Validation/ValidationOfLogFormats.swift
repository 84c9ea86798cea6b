import Configuration
import LogFormat
import Samples

/// Compiles the log-format strings of a proxy once, so that their errors stop the start.
struct LogFormatValidation {
  let validation: ProxyValidation

  func run() {
    let proxy = validation.proxy
    let place = proxy.logFormatLocation
    let isHTTP = proxy.mode == .http
    if proxy.accepts(.frontend) {
      if case .custom(let text) = proxy.logFormat {
        check(text, "log-format", place, .logLine, into: \.format) { $0.logFormat = .none }
      }
      if let text = proxy.logFormatSD {
        // HAProxy names the place of the `log-format` line here.
        check(text, "log-format-sd", place, .logLine, into: \.structuredData) { $0.logFormatSD = nil }
      }
    }
    if let text = proxy.uniqueIDFormat {
      check(
        text, "unique-id", proxy.uniqueIDLocation, isHTTP ? [.mergeSpaces, .http] : .mergeSpaces,
        isHTTP ? .frontendRequestHeader : .frontendRequestContent, into: \.uniqueID)
    }
    if let text = proxy.errorLogFormat {
      check(text, "error-log-format", proxy.errorLogFormatLocation, .logLine, into: \.errorFormat)
    }
  }

  private func check(
    _ text: String, _ name: String, _ place: SourceLocation, _ flags: LogFieldFlags, _ point: CheckPoint = .log,
    into path: WritableKeyPath<CompiledLog, LogFormat?>, drop: (inout ProxySettings) -> Void = { _ in }
  ) {
    do throws(LogFormatError) {
      let site = ExpressionSite(
        file: place.file, line: place.line, proxy: validation.proxy.name,
        user: name == "unique-id" ? .uniqueID : name == "log-format-sd" ? .logFormatStructured : .logFormat)
      let format = try LogFormat(
        text, flags: flags, isHTTP: validation.proxy.mode == .http, places: CheckPoints(point), site: site,
        compiler: validation.context.samples)
      for warning in format.warnings {
        validation.context.warningPlain("parsing [\(place.file):\(place.line)] : \(warning)")
      }
      validation.proxy.compiledLog[keyPath: path] = format
    } catch {
      for warning in error.warnings {
        validation.context.warningPlain("parsing [\(place.file):\(place.line)] : \(warning)")
      }
      // One that cannot even begin is none, for the checks that follow.
      if !error.isStarted { drop(&validation.proxy) }
      let file = place.file.isEmpty ? "(null)" : place.file
      validation.context.alertPlain("Parsing [\(file):\(place.line)]: failed to parse \(name) : \(error).")
    }
  }
}
