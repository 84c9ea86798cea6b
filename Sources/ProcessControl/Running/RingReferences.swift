import ConfigSyntax
import Configuration

/// `log ring@...` lines that name no ring: HAProxy finds them when it starts, not when it only checks.
enum RingReferences {
  /// False after alerts.
  static func check(_ model: ConfigurationModel, _ diagnostics: Diagnostics) -> Bool {
    var alerts = model.global.logTargets.compactMap { target in
      unknown(target, model).map { ("global log server declared", $0, target.location) }
    }
    for proxy in model.proxies {
      for target in proxy.logTargets {
        if let name = unknown(target, model) {
          alerts.append(("log server declared in proxy section '\(proxy.name)'", name, target.location))
        }
      }
    }
    for target in model.global.logTargets {
      // HAProxy's own client has the global targets as well.
      if let name = unknown(target, model) {
        alerts.append(("log server declared in proxy section '<HTTPCLIENT>'", name, target.location))
      }
    }
    for (what, name, place) in alerts {
      diagnostics.alert(
        "config : \(what) in file '\(place.file)' at line \(place.line) uses unknown ring named '\(name)'.")
    }
    return alerts.isEmpty
  }

  private static func unknown(_ target: LogTarget, _ model: ConfigurationModel) -> String? {
    guard case .ring(let name) = target.destination, !model.rings.contains(where: { $0.name == name }) else {
      return nil
    }
    return name
  }
}
