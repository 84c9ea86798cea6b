import ConfigSyntax
import Configuration

/// The keywords of `defaults`, `frontend`, `backend` and `listen` (manual section 4).
let proxyKeywords: [KeywordEntry] = [
  KeywordEntry("mode", .proxies) { context, line in
    switch line[1] {
    case "http": context.proxy.mode = .http
    case "tcp": context.proxy.mode = .tcp
    default: context.alert("unknown proxy mode '\(line[1])'.")
    }
  }
]

/// A proxy that starts from the settings of a `defaults` section.
func inheritedProxy(
  from parent: ProxySettings, name: String, location: SourceLocation, capabilities: ProxyCapabilities
) -> ProxySettings {
  var settings = parent
  settings.name = name
  settings.location = location
  settings.capabilities = capabilities
  return settings
}

/// What is checked and completed in proxies after the last file.
@Sendable func completeProxies(_ context: LoadContext) {}
