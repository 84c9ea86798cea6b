import ConfigSyntax
import Configuration

/// What a section is: mode, number, description, whether it runs.
let proxyIdentityKeywords: [KeywordEntry] = [
  KeywordEntry("mode", .proxies) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    switch line[1] {
    case "http": context.proxy.mode = .http
    case "tcp": context.proxy.mode = .tcp
    case "health":
      return context.alert(
        "'mode health' doesn't exist anymore. Please use 'http-request return status 200' instead.")
    default: return context.alert("unknown proxy mode '\(line[1])'.")
    }
  },
  KeywordEntry("id", .proxies, parse: ProxyIdentity.id),
  KeywordEntry("description", .proxies) { context, line in
    guard context.forbidsDefaults("description", tight: true) else { return }
    if line[1].isEmpty { return context.alertTight("'description' expects a string argument.") }
    context.proxy.descriptionText = line.arguments.joined(separator: " ")
  },
  KeywordEntry("disabled", .proxies) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    context.proxy.disabled = true
  },
  KeywordEntry("enabled", .proxies) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    context.proxy.disabled = false
  },
]

enum ProxyIdentity {
  @Sendable static func id(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("id", tight: true) else { return }
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alertTight("'id' expects an integer argument.") }
    let number = CInteger.leading(line[1])
    if number <= 0 { return context.alertTight("custom id has to be > 0.") }
    let others = context.model.proxies.indices.filter { $0 != context.proxyIndex }
    if let twin = others.map({ context.model.proxies[$0] }).first(where: { $0.id == number }) {
      return context.alertTight(
        "\(context.proxy.capabilities.typeName) \(context.proxy.name) reuses same custom id as "
          + "\(twin.capabilities.typeName) \(twin.name) (declared at \(twin.location.file):\(twin.location.line)).")
    }
    context.proxy.id = number
    context.proxy.hasOwnID = true
  }
}
