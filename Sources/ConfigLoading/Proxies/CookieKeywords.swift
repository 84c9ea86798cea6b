import ConfigSyntax
import Configuration

/// `cookie` (manual section 4.2): persistence by a cookie.
let cookieKeywords: [KeywordEntry] = [KeywordEntry("cookie", .proxies, parse: CookieLines.cookie)]

enum CookieLines {
  private static func seconds(_ text: String, of keyword: String, _ context: LoadContext) -> Int? {
    switch context.time(text, in: .seconds) {
    case .value(let seconds): return seconds
    case .unexpected(let scalar):
      context.alertTight("unexpected character '\(scalar)' in argument to <\(keyword)>.")
    case .overflow:
      context.alertTight(
        "timer overflow in argument <\(text)> to <\(keyword)>, maximum value is 2147483647 s (~68 years).")
    }
    return nil
  }

  @Sendable static func cookie(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, "cookie")
    if line[1].isEmpty { return context.alert("'cookie' expects <cookie_name> as argument.") }
    var cookie = PersistenceCookie(name: line[1])
    var domains: [String] = []
    var at = 2
    while !line[at].isEmpty {
      switch line[at] {
      case "rewrite": cookie.rewrites = true
      case "insert": cookie.inserts = true
      case "prefix": cookie.prefixes = true
      case "indirect": cookie.isIndirect = true
      case "nocache": cookie.isUncached = true
      case "postonly": cookie.isPostOnly = true
      case "preserve": cookie.preserves = true
      case "httponly": cookie.isHTTPOnly = true
      case "secure": cookie.isSecure = true
      case "domain":
        at += 1
        if line[at].isEmpty { return context.alertTight("'domain' expects <domain> as argument.") }
        if !line[at].contains(".") {
          context.warningTight(
            "domain '\(line[at])' contains no embedded dot, this configuration may not work properly "
              + "(see RFC6265#5.2.3).")
        }
        if let bad = line[at].unicodeScalars.first(where: { $0 == ":" }) ?? LoadContext.invalidNameScalar(line[at]) {
          return context.alertTight("character '\(bad)' is not permitted in domain name '\(line[at])'.")
        }
        domains.append(line[at])
      case "attr":
        at += 1
        if line[at].isEmpty { return context.alertTight("'attr' expects <value> as argument.") }
        for scalar in line[at].unicodeScalars where scalar.value < 32 || scalar.value == 127 || scalar == ";" {
          let code = String(scalar.value, radix: 16, uppercase: true)
          return context.alertTight(
            "character '%x\(code.count < 2 ? "0" : "")\(code)' is not permitted in attribute value.")
        }
        cookie.attributes.append(line[at])
      case "maxidle":
        at += 1
        if line[at].isEmpty { return context.alertTight("'maxidle' expects <idletime> in seconds as argument.") }
        guard let seconds = seconds(line[at], of: "maxidle", context) else { return }
        cookie.maximumIdle = seconds
      case "maxlife":
        at += 1
        if line[at].isEmpty { return context.alertTight("'maxlife' expects <lifetime> in seconds as argument.") }
        guard let seconds = seconds(line[at], of: "maxlife", context) else { return }
        cookie.maximumLife = seconds
      case "dynamic":
        context.requires(.backend, "dynamic")
        cookie.isDynamic = true
      default:
        return context.alert(
          "'cookie' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', 'domain', 'maxidle', "
            + "'dynamic', 'maxlife' and 'attr' options.")
      }
      at += 1
    }
    cookie.domain = domains.isEmpty ? nil : domains.joined(separator: "; domain=")
    if [cookie.rewrites, cookie.inserts, cookie.prefixes].filter({ $0 }).count > 1 {
      return context.alert("cookie 'rewrite', 'insert' and 'prefix' modes are incompatible.")
    }
    if cookie.rewrites && cookie.isIndirect {
      return context.alert("cookie 'rewrite' and 'indirect' modes are incompatible.")
    }
    context.proxy.cookie = cookie
  }
}
