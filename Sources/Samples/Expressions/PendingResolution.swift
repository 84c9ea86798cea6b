/// The numbers that a configuration gives to its parts: how arguments that name them are resolved.
public protocol ConfigurationNames {
  func frontend(_ name: String) -> Int32?
  func backend(_ name: String) -> Int32?
  /// A proxy of any kind.
  func hasProxy(_ name: String) -> Bool
  func server(_ name: String, ofProxy proxy: String) -> Int32?
  func table(_ name: String) -> Int32?
}

/// What is wrong with an argument that was looked at when the whole configuration was known.
public struct ResolutionError: Sendable {
  /// Where it stands; its file and line belong before the message.
  public let site: ExpressionSite
  public let message: String
}

extension SampleCompiler {
  /// Finds what the pending arguments name, user lists (see `add`) and regular expressions included, and forgets them.
  /// Returns HAProxy's messages for those that name nothing.
  public func resolve(_ names: some ConfigurationNames) -> [ResolutionError] {
    var errors: [ResolutionError] = []
    for argument in pending where argument.type != .regex {
      do {
        put(.object(try find(argument, names)), argument)
      } catch {
        errors.append(ResolutionError(site: argument.site, message: error.message))
      }
    }
    pending.removeAll { $0.type != .regex }
    return errors + resolveRegexes()
  }

  private func find(_ argument: PendingArgument, _ names: some ConfigurationNames) throws(SampleError) -> Int32 {
    let name = argument.name.isEmpty ? argument.site.proxy : argument.name
    switch argument.type {
    case .table:
      if let table = names.table(name) { return table }
      throw SampleError("unable to find table '\(name)' referenced in \(argument.place).")
    case .frontend:
      if let frontend = names.frontend(name) { return frontend }
      if names.hasProxy(name) {
        throw SampleError("proxy '\(name)', referenced in \(argument.place), has not frontend capability.")
      }
      throw SampleError("unable to find frontend '\(name)' referenced in \(argument.place).")
    case .backend:
      if let backend = names.backend(name) { return backend }
      if names.hasProxy(name) {
        throw SampleError("proxy '\(name)', referenced in \(argument.place), has not backend capability.")
      }
      throw SampleError("unable to find backend '\(name)' referenced in \(argument.place).")
    case .server: return try findServer(argument, names)
    case .userList:
      if argument.name.isEmpty { throw SampleError("missing userlist name in \(argument.place).") }
      if let list = userLists.firstIndex(where: { $0.name == argument.name }) { return Int32(list) }
      throw SampleError("unable to find userlist '\(argument.name)' referenced in \(argument.place).")
    default: throw SampleError("'\(argument.name)' cannot be resolved in \(argument.place).")
    }
  }

  /// `proxy/server`, or a server of the proxy where the expression stands.
  private func findServer(_ argument: PendingArgument, _ names: some ConfigurationNames) throws(SampleError) -> Int32 {
    if argument.name.isEmpty { throw SampleError("missing server name in \(argument.place).") }
    var proxy = argument.site.proxy
    var server = argument.name
    if let slash = argument.name.lastIndex(of: "/") {
      proxy = String(argument.name[..<slash])
      server = String(argument.name[argument.name.index(after: slash)...])
      if !names.hasProxy(proxy) {
        throw SampleError("unable to find proxy '\(proxy)' referenced in \(argument.place).")
      }
    }
    if let found = names.server(server, ofProxy: proxy) {
      namedServers.insert(found)
      return found
    }
    throw SampleError("unable to find server '\(server)' in proxy '\(proxy)', referenced in \(argument.place).")
  }

  /// Compiles the regular expressions among the pending arguments and takes them off the list; returns the messages of
  /// those that are wrong.
  func resolveRegexes() -> [ResolutionError] {
    var errors: [ResolutionError] = []
    for argument in pending where argument.type == .regex {
      guard case .converter(let converter, _) = argument.target else { continue }
      if argument.name.isEmpty {
        errors.append(ResolutionError(site: argument.site, message: "missing regex in \(argument.place)."))
        continue
      }
      let ignoresCase = converters[converter].arguments[2].integer.map { $0 & 1 != 0 } ?? false
      do {
        regexes.append(try Regex(argument.name, ignoringCase: ignoresCase))
        put(.regex(Int32(regexes.count - 1)), argument)
      } catch {
        errors.append(
          ResolutionError(
            site: argument.site,
            message: "error in regex '\(argument.name)' in \(argument.place) : regex '\(argument.name)' is invalid "
              + "(error=\(error.message), erroffset=\(error.offset))."))
      }
    }
    pending.removeAll { $0.type == .regex }
    return errors
  }

  private func put(_ value: Argument, _ argument: PendingArgument) {
    switch argument.target {
    case .fetch(let expression, let i): expressions[expression].arguments[i] = value
    case .converter(let converter, let i): converters[converter].arguments[i] = value
    }
  }

  /// What is wrong with groups that tests of `http_auth_group` name but their user lists do not have; for after
  /// `resolve`. Each message starts with the proxy.
  public func groupErrors() -> [String] {
    var errors: [String] = []
    for list in accessLists {
      for test in list.tests where test.fetch.name == "http_auth_group" {
        let arguments = expressions[Int(test.expression.index)].arguments
        guard let users = arguments.first.object, Int(users) < userLists.count else { continue }
        if test.patterns.allSatisfy({ patterns.expressions[Int($0)].reference.entries().isEmpty }) {
          errors.append("proxy \(test.proxy): acl \(list.name) http_auth_group(): no groups specified.")
        }
        for number in test.patterns {
          for entry in patterns.expressions[Int(number)].reference.entries()
          where !userLists[Int(users)].hasGroup(entry.pattern) {
            errors.append(
              "proxy \(test.proxy): acl \(list.name) http_auth_group(): invalid group '\(entry.pattern.latin1)'.")
          }
        }
      }
    }
    return errors
  }
}
