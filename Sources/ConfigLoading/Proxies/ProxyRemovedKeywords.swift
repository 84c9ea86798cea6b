import ConfigSyntax
import Configuration

/// Keywords that HAProxy itself has given up: its errors tell what to write instead.
let proxyRemovedKeywords: [KeywordEntry] =
  [
    removed("appsession") { _ in "'appsession' is not supported anymore since HAProxy 1.6." },
    removed("redispatch") { _ in
      "keyword 'redispatch' directive is not supported anymore since HAProxy 2.1. Use 'option redispatch'."
    },
    removed("redisp") { _ in
      "keyword 'redisp' directive is not supported anymore since HAProxy 2.1. Use 'option redispatch'."
    },
    removed("usesrc") { _ in "'usesrc' only allowed after a 'source' statement." },
    removed("srvtimeout") { _ in renamed("srvtimeout", "timeout server") },
    removed("contimeout") { _ in renamed("contimeout", "timeout connect") },
    removed("clitimeout") { _ in renamed("clitimeout", "timeout client") },
    removed("monitor-net") { line in
      "'monitor-net' doesn't exist anymore. Please use 'http-request return status 200 if { src \(line[1]) }' instead."
    },
    KeywordEntry("grace", .proxies) { context, _ in
      context.alertTight("the 'grace' keyword is not supported any more since HAProxy version 2.5.")
    },
    KeywordEntry("bind-process", .proxies) { context, line in
      do throws(OptionError) {
        for word in line.arguments where !word.isEmpty {
          _ = try ThreadRanges.numbers(word, limit: 1, title: "bind-process")
        }
        context.warningTight("'bind-process' has no effect, is deprecated, and will be removed in version 2.7.")
      } catch {
        guard case .text(let text) = error else { return }
        // The keyword stands without quotes here.
        context.alert("bind-process" + text.dropFirst("'bind-process'".count))
      }
    },
    removed("block") { _ in
      "The 'block' directive is not supported anymore since HAProxy 2.1. Use 'http-request deny' which uses the exact "
        + "same syntax."
    },
  ] + headerRewriting

private func removed(_ name: String, _ text: @escaping @Sendable (ConfigLine) -> String) -> KeywordEntry {
  KeywordEntry(name, .proxies) { context, line in context.alert(text(line)) }
}

private func renamed(_ old: String, _ new: String) -> String {
  "the '\(old)' directive is not supported anymore since HAProxy 2.1. Use '\(new)'."
}

/// The `req*` and `rsp*` keywords, and what HAProxy says behind their names.
private let headerRewriting: [KeywordEntry] =
  [
    "reqadd": "'http-request add-header' instead.", "reqallow": "'http-request allow' instead.",
    "reqiallow": "'http-request allow' instead.", "reqdel": "'http-request del-header' instead.",
    "reqidel": "'http-request del-header' instead.", "reqideny": "'http-request deny' instead.",
    "reqirep": "'http-request replace-header' instead.", "reqtarpit": "'http-request tarpit' instead.",
    "reqitarpit": "'http-request tarpit' instead.", "reqrep": replacements, "cliexp": replacements,
    "rspadd": "'http-response add-header' instead.", "rspdel": "'http-response del-header' .",
    "rspidel": "'http-response del-header' instead.", "rspdeny": "'http-response deny' instead.",
    "rspideny": "'http-response deny' instead.", "rsprep": "'http-response replace-header' instead.",
    "rspirep": "'http-response replace-header' instead.", "srvexp": "'http-response replace-header' instead.",
  ].map { name, instead in
    removed(name) { _ in "The '\(name)' directive is not supported anymore since HAProxy 2.1. Use \(instead)" }
  } + [
    removed("reqipass") { _ in "The 'reqipass' directive is not supported anymore since HAProxy 2.1." },
    removed("reqpass") { _ in "The 'reqpass' not supported anymore since HAProxy 2.1." },
    removed("reqdeny") { _ in "The 'reqdeny' not supported anymore since HAProxy 2.1. Use 'http-request deny' instead."
    },
  ]

private let replacements =
  "'http-request replace-path', 'http-request replace-uri' or 'http-request replace-header' instead."
