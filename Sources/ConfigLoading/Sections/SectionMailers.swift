import ConfigSyntax
import Configuration
import Primitives

/// `mailers` sections (manual section 3.6).
extension LoadContext {
  func openMailers(_ line: ConfigLine) {
    let name = line[1]
    if name.isEmpty { return abort("missing name for mailers section.") }
    if let bad = Self.invalidNameScalar(name) {
      return abort("character '\(bad)' is not permitted in 'mailers' name '\(name)'.")
    }
    if let twin = model.mailers.first(where: { $0.name == name })?.location {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: mailers section '\(name)' has the same name as another mailers section "
          + "declared at \(twin.file):\(twin.line).")
    }
    model.mailers.append(MailersSettings(name: name, location: location))
  }

  func readInMailers(_ line: ConfigLine) {
    switch line.keyword {
    case "mailer": readMailer(line)
    case "timeout": readMailTimeout(line)
    default: alert("unknown keyword '\(line.keyword)' in 'mailers' section")
    }
  }

  private func readMailer(_ line: ConfigLine) {
    if line[2].isEmpty { return alert("'mailer' expects <name> and <addr>[:<port>] as arguments.") }
    if let bad = Self.invalidNameScalar(line[1]) {
      return alert("character '\(bad)' is not permitted in server name '\(line[1])'.")
    }
    guard !model.mailers.isEmpty else { return }
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(line[2], [.resolveNow, .portAllowed, .portMandatory, .stream, .connect])
      guard case .ip(let address) = parsed.host else {
        return alert("'mailer \(line[1])' : TCP not supported for this address family.")
      }
      let endpoint = Endpoint(address, port: UInt16(clamping: parsed.firstPort))
      model.mailers[model.mailers.count - 1].mailers.append(MailersSettings.Mailer(name: line[1], endpoint: endpoint))
    } catch {
      alert("'mailer \(line[1])' : \(error.text)")
    }
  }

  private func readMailTimeout(_ line: ConfigLine) {
    if line[1].isEmpty { return alert("'timeout' expects 'mail' and <time> as arguments.") }
    if line[1] != "mail" { return alert("'timeout' expects 'mail' and <time> as arguments got '\(line[1])'.") }
    if line[2].isEmpty { return alert("'timeout mail' expects <time> as argument.") }
    switch time(line[2]) {
    // HAProxy has a message without a time at once over; here it gets the usual one.
    case .value(let value):
      if !model.mailers.isEmpty && value > 0 { model.mailers[model.mailers.count - 1].timeout = value }
    case .unexpected(let scalar): alertTight("unexpected character '\(scalar)' in argument to <timeout mail>.")
    case .overflow:
      alertTight(
        "timer overflow in argument <\(line[2])> to <timeout mail>, maximum value is 2147483647 ms (~24.8 days).")
    }
  }

  /// Looked at when all is read.
  func finishMailers() {
    var used: Set<Int> = []
    for at in model.proxies.indices where model.proxies[at].emailAlert.isMentioned {
      let proxy = model.proxies[at]
      let settings = proxy.emailAlert
      guard let name = settings.mailers, settings.from != nil, settings.to != nil else {
        warningPlain(
          "'email-alert' will be ignored for \(proxy.title) (the presence any of 'email-alert from', 'email-alert level' "
            + "'email-alert mailers', 'email-alert myhostname', or 'email-alert to' requires each of 'email-alert from', "
            + "'email-alert mailers' and 'email-alert to' to be present).")
        continue
      }
      guard let index = model.mailers.firstIndex(where: { $0.name == name }) else {
        alertPlain("Proxy '\(proxy.name)': unable to find mailers '\(name)'.")
        continue
      }
      used.insert(index)
      model.proxies[at].emailAlert.mailersIndex = index
    }
    for (index, section) in model.mailers.enumerated() where !used.contains(index) {
      warningPlain("Removing incomplete section 'mailers \(section.name)'.")
    }
  }
}

/// `email-alert` (manual section 4.2).
let emailAlertKeywords: [KeywordEntry] = [
  KeywordEntry("email-alert", .proxies) { context, line in
    if line[1].isEmpty { return context.alert("missing argument after '\(line[0])'.") }
    var settings = context.proxy.emailAlert
    // HAProxy takes no argument for an empty one, which counts as said.
    switch line[1] {
    case "from": settings.from = line[2]
    case "to": settings.to = line[2]
    case "mailers": settings.mailers = line[2]
    case "myhostname": settings.hostName = line[2]
    case "level":
      guard let level = LogLineParsing.levels.firstIndex(of: line[2]) else {
        return context.alert("unknown log level 'level' after '\(line[2])'")
      }
      settings.level = level
    default: return context.alert("email-alert: unknown argument '\(line[1])'.")
    }
    settings.isMentioned = true
    context.proxy.emailAlert = settings
  }
]
