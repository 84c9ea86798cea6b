import ConfigSyntax
import Configuration

/// The keywords of `defaults`, `frontend`, `backend` and `listen` (manual section 4). Each table stands in the file of
/// its subject.
let proxyKeywords: [KeywordEntry] = UnservedKeywords.refusing(
  cookieKeywords + stickTableKeywords + ruleKeywords + redirectKeywords + conditionKeywords + proxyIdentityKeywords
    + proxyFrontendKeywords
    + proxyBackendKeywords + proxyCaptureKeywords + timeoutKeywords
    + optionKeywords + balanceKeywords + logKeywords + bindKeywords + serverKeywords + checkKeywords
    + externalCheckKeywords + emailAlertKeywords
    + persistenceKeywords + errorAnswerKeywords + statsPageKeywords + keepAliveProbeKeywords + proxyRemovedKeywords
    + compressionKeywords)

/// A proxy that starts from the settings of a `defaults` section.
func inheritedProxy(
  from parent: ProxySettings, name: String, location: SourceLocation, capabilities: ProxyCapabilities
) -> ProxySettings {
  var settings = parent
  settings.name = name
  settings.location = location
  settings.capabilities = capabilities
  settings.check.hasOwnScript = false
  settings.check.hasOwnTCPRules = false
  settings.check.hasOwnHTTPRules = false
  settings.check.forgetUnusedRules()
  settings.stats.isInherited = true
  if !capabilities.contains(.defaults) { dropForeignSettings(&settings) }
  return settings
}

/// What a section of one side does not take over from `defaults`: the settings of the other side.
private func dropForeignSettings(_ settings: inout ProxySettings) {
  // `abortonclose` stays: with it a frontend looks at its clients while they wait (`Stream.watchesAbort`).
  for known in SwitchOption.all where !settings.accepts(known.capability) && known.option != .abortOnClose {
    settings.options.remove(known.option)
  }
  if !settings.accepts(.frontend) {
    settings.maxConnections = nil
    settings.backlog = nil
    settings.rateLimitSessions = 0
    settings.defaultBackend = nil
    settings.monitorURI = nil
    settings.timeouts.client = nil
    settings.timeouts.clientFin = nil
    settings.logFormat = .none
    settings.errorLogFormat = nil
    settings.logFormatSD = nil
    settings.uniqueIDFormat = nil
    settings.uniqueIDHeader = nil
    settings.maxPrivateConnections = 5
  }
  if !settings.accepts(.backend) {
    // `retries` and `redispatch` of `defaults` are not the frontend's own: its backends have them already.
    settings.retries = nil
    settings.redispatch = nil
    settings.fullConnections = nil
    settings.balance = .init()
    settings.cookie = nil
    settings.persistentRDPCookie = nil
    settings.dynamicCookieKey = nil
    settings.hasBalance = false
    settings.source = nil
    settings.check = .init()
    settings.retryOn = [.connFailure]
  }
}
