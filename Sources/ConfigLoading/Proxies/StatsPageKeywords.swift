import ConfigSyntax
import Configuration
import Memory
import Rules
import Samples

/// `stats ...` of proxies: the statistics page (manual section 4.2).
let statsPageKeywords: [KeywordEntry] = [KeywordEntry("stats", .proxies, parse: StatsPageLines.parse)]

enum StatsPageLines {
  private static let expected =
    "expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', 'show-desc' or "
    + "'show-legends'."

  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    if context.proxy.stats.isInherited {
      context.proxy.stats = StatsPageSettings()
      context.proxy.rules.statistics = []
      context.proxy.rules.administration = []
    }
    switch line[1] {
    case "": context.alertTight("missing keyword in 'stats', \(expected)")
    case "enable": context.proxy.stats.enabled = true
    case "uri":
      if line[2].isEmpty { return context.alert("'uri' needs an URI prefix.") }
      context.proxy.stats.uri = line[2]
      context.proxy.stats.enabled = true
    case "realm":
      if line[2].isEmpty { return context.alert("'realm' needs an realm name.") }
      context.proxy.stats.realm = line[2]
      context.proxy.stats.enabled = true
    case "refresh": refresh(context, line)
    case "auth": auth(context, line)
    case "scope":
      if line[2].isEmpty { return context.alert("'scope' needs a proxy name.") }
      context.proxy.stats.scope.append(line[2])
      context.proxy.stats.enabled = true
    case "hide-version": enable(context) { $0.hideVersion = true }
    case "show-legends": enable(context) { $0.showLegends = true }
    case "show-modules": enable(context) { $0.showModules = true }
    case "show-node":
      let node = line[2].isEmpty ? context.model.global.nodeName ?? "" : line[2]
      enable(context) { $0.showNode = node }
    case "show-desc": description(context, line)
    case "admin": admin(context, line)
    case "http-request":
      if context.isInDefaults { return context.alertTight("'stats' not allowed in 'defaults' section.") }
      request(context, line)
    default: context.alertTight("unknown stats parameter '\(line[1])', \(expected)")
    }
  }

  private static func enable(_ context: LoadContext, _ change: (inout StatsPageSettings) -> Void) {
    context.proxy.stats.enabled = true
    change(&context.proxy.stats)
  }

  private static func refresh(_ context: LoadContext, _ line: ConfigLine) {
    // HAProxy prints the NUL that ends an empty word, which cuts its message off.
    if line[2].isEmpty { return context.alertTight("unexpected character '") }
    switch context.time(line[2], in: .seconds) {
    case .value(let seconds): enable(context) { $0.refresh = seconds }
    case .unexpected(let scalar):
      context.alertTight("unexpected character '\(scalar)' in argument to stats refresh interval.")
    case .overflow:
      context.alertTight(
        "timer overflow in argument <\(line[2])> to stats refresh interval, maximum value is 2147483647 s (~68 years).")
    }
  }

  private static func auth(_ context: LoadContext, _ line: ConfigLine) {
    if line[2].isEmpty { return context.alert("'auth' needs a user:password account.") }
    func user(_ account: String) -> Substring { account.prefix { $0 != ":" } }
    if context.proxy.stats.users.contains(where: { user($0) == user(line[2]) }) {
      return context.warningPlain("uri auth: ignoring duplicated user '\(user(line[2]))'.")
    }
    enable(context) { $0.users.append(line[2]) }
  }

  private static func description(_ context: LoadContext, _ line: ConfigLine) {
    let text = line.words.dropFirst(2).joined(separator: " ")
    guard let shown = text.isEmpty ? context.model.global.descriptionText : text else {
      return context.warningTight("'show-desc' requires a parameter or 'desc' to be set in the global section.")
    }
    enable(context) { $0.showDescription = shown }
  }

  private static func admin(_ context: LoadContext, _ line: ConfigLine) {
    if context.isInDefaults { return context.alertTight("'stats admin' not allowed in 'defaults' section.") }
    guard line[2] == "if" || line[2] == "unless" else {
      return context.alert("'stats admin' requires either 'if' or 'unless' followed by a condition.")
    }
    do throws(SampleError) {
      let place: CheckPoint =
        context.proxy.accepts(.frontend) ? .frontendRequestHeader : .backendRequestHeader
      let condition = try context.condition(Array(line.words.dropFirst(2)), site: context.ruleSite, at: place)
      enable(context) { _ in }
      context.proxy.rules.administration.append(condition)
    } catch {
      context.alert("error detected while parsing a 'stats admin' rule : \(error.message).")
    }
  }

  /// `stats http-request`: read as the rule of the proxy, and kept apart.
  private static func request(_ context: LoadContext, _ line: ConfigLine) {
    enable(context) { _ in }
    if let last = context.proxy.rules.statistics.last, last.condition == nil {
      context.warningTight("previous 'stats' action has no condition attached, further entries are NOOP.")
    }
    let others = context.proxy.rules
    context.proxy.rules = ProxyRules()
    var rule = line
    rule.words.removeFirst()
    RuleLines.http(context, rule, .httpRequest)
    let own = context.proxy.rules.httpRequest
    context.proxy.rules = others
    context.proxy.rules.statistics += own
  }

  // MARK: - After the last file

  /// `stats auth` comes to two rules: who is known passes, and everybody else is asked.
  static func complete(_ context: LoadContext, _ index: Int) {
    let proxy = context.model.proxies[index]
    let stats = proxy.stats
    if !stats.enabled { return }
    if !proxy.rules.statistics.isEmpty && (!stats.users.isEmpty || stats.realm != nil) {
      return context.alertPlain(
        "proxy '\(proxy.name)': stats 'auth'/'realm' and 'http-request' can't be used at the same time.")
    }
    if stats.users.isEmpty { return }
    // No list of the configuration can have this name.
    let name = "\u{1}stats \(index)"
    let users = stats.users.map { account in
      let user = account.prefix { $0 != ":" }
      return UserList.User(
        name: String(user), password: String(account.dropFirst(user.count + 1)), isEncrypted: false, groups: [])
    }
    context.ruleState.userLists[name] = context.samples.add(UserList(name: name, users: users))
    var lists = AccessLists()
    let site = ExpressionSite(file: proxy.location.file, line: proxy.location.line, proxy: proxy.name)
    do throws(SampleError) {
      let known = try context.samples.parseCondition(
        words: ["{", "http_auth(\(name))", "}"], unless: false, lists: &lists, site: site)
      context.model.proxies[index].rules.statistics = [
        Rule(.allow, if: known.condition, line: proxy.location.line),
        Rule(
          .authenticate(realm: Bytes(permanent: stats.realm ?? StatsPageSettings.standardRealm)), if: nil,
          line: proxy.location.line),
      ]
    } catch {
      context.alertPlain("proxy '\(proxy.name)': 'stats auth': \(error.message)")
    }
  }
}
