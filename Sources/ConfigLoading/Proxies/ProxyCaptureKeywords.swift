import ConfigSyntax
import Configuration

/// `capture` and `declare capture` (manual section 4.2): header values kept for logs.
let proxyCaptureKeywords: [KeywordEntry] = [
  KeywordEntry("capture", .proxies, parse: CaptureLines.capture),
  KeywordEntry("declare", .proxies, parse: CaptureLines.declare),
]

enum CaptureLines {
  @Sendable static func capture(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.frontend, "capture")
    switch (line[1], line[2]) {
    case ("cookie", _): cookie(context, line)
    case ("request", "header"): header(context, line, \.requestCaptures)
    case ("response", "header"): header(context, line, \.responseCaptures)
    default: context.alert("'capture' expects 'cookie' or 'request header' or 'response header'.")
    }
  }

  private static func cookie(_ context: LoadContext, _ line: ConfigLine) {
    if context.isInDefaults { return context.alert("'capture cookie' not allowed in 'defaults' section.") }
    if line[4].isEmpty { return context.alert("'capture' expects 'cookie' <cookie_name> 'len' <len>.") }
    guard context.checkArgumentCount(line, atMost: 4, after: 1) else { return }
    context.proxy.capturedCookie = HeaderCapture(name: line[2], length: max(0, CInteger.leading(line[4])))
  }

  private static func header(
    _ context: LoadContext, _ line: ConfigLine, _ list: WritableKeyPath<ProxySettings, [HeaderCapture]>
  ) {
    let title = "capture \(line[1])"
    if context.isInDefaults { return context.alert("'\(title)' not allowed in 'defaults' section.") }
    if !line[6].isEmpty { return context.alert("'\(title)' cannot handle unexpected argument '\(line[6])'.") }
    if line[3].isEmpty || line[4] != "len" || line[5].isEmpty {
      return context.alert("'\(title)' expects 'header' <header_name> 'len' <len>.")
    }
    let length = max(0, CInteger.leading(line[5]))
    context.proxy[keyPath: list].append(HeaderCapture(name: line[3], length: length))
  }

  /// Slots that rules fill.
  @Sendable static func declare(_ context: LoadContext, _ line: ConfigLine) {
    if context.isInDefaults { return context.alert("'declare' not available in default section") }
    if !context.proxy.accepts(.frontend) {
      return context.alert("'declare' only available in frontend or listen section")
    }
    guard line[1] == "capture" else {
      if !line[1].isEmpty {
        return context.alert("unknown declaration type '\(line[1])' (supports 'capture')")
      }
      return context.alert(
        "'declare' needs a second keyword that specify the type of declaration ('capture')")
    }
    guard line[2] == "request" || line[2] == "response" else {
      return context.alert("'declare capture' requires a direction ('request' or 'response')")
    }
    guard line[3] == "len" else { return context.alert("'declare capture' requires a capture length ('len')") }
    if line[4].isEmpty {
      return context.alert(
        "'declare capture': 'len' requires a numeric value that represents the capture length")
    }
    let (length, rest) = CInteger.long(line[4])
    if !rest.isEmpty { return context.alert("'declare capture': cannot parse the length '\(line[3])'.") }
    if length <= 0 { return context.alert("length must be > 0") }
    let slot = HeaderCapture(name: "", length: max(0, Int(Int32(clamping: length))))
    if line[2] == "request" {
      context.proxy.requestCaptures.append(slot)
    } else {
      context.proxy.responseCaptures.append(slot)
    }
  }
}
