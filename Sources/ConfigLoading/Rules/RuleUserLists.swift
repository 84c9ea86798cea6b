import ConfigSyntax
import Configuration
import Samples

/// The `userlist` that is being read (manual section 3.4).
struct UserListReading {
  struct User {
    var name: String
    var password = ""
    var isEncrypted = true
    var groups: [String] = []
  }
  var name = ""
  var users: [User] = []
  /// Groups with the users that their line names.
  var groups: [(name: String, users: [String])] = []
}

extension LoadContext {
  func openUserList(_ line: ConfigLine) {
    if line[1].isEmpty { return alertTight("'userlist' expects <name> as arguments.") }
    guard checkArgumentCount(line, atMost: 1) else { return }
    if let bad = Self.invalidNameScalar(line[1]) {
      return alertTight("character '\(bad)' is not permitted in 'userlist' name '\(line[1])'.")
    }
    ruleState.users = UserListReading(name: line[1])
    if ruleState.userLists[line[1]] != nil {
      warningTight("ignoring duplicated userlist '\(line[1])'.")
      ruleState.users.name = ""
    }
  }

  func readUserList(_ line: ConfigLine) {
    switch line[0] {
    case "group": readGroup(line)
    case "user": readUser(line)
    default: alertTight("unknown keyword '\(line.keyword)' in 'users' section")
    }
  }

  private func readGroup(_ line: ConfigLine) {
    if line[1].isEmpty { return alertTight("'group' expects <name> as arguments.") }
    if let bad = Self.invalidNameScalar(line[1]) {
      return alertTight("character '\(bad)' is not permitted in 'group' name '\(line[1])'.")
    }
    if ruleState.users.groups.contains(where: { $0.name == line[1] }) {
      return warning("ignoring duplicated group '\(line[1])' in userlist '\(ruleState.users.name)'.")
    }
    var users: [String] = []
    var at = 2
    while !line[at].isEmpty {
      guard line[at] == "users" else {
        return alertTight("'group' only supports 'users' option.")
      }
      users += line[at + 1].split(separator: ",").map(String.init)
      at += 2
    }
    ruleState.users.groups.append((line[1], users))
  }

  private func readUser(_ line: ConfigLine) {
    if line[1].isEmpty { return alertTight("'user' expects <name> as arguments.") }
    if ruleState.users.users.contains(where: { $0.name == line[1] }) {
      return warningTight("ignoring duplicated user '\(line[1])' in userlist '\(ruleState.users.name)'.")
    }
    var user = UserListReading.User(name: line[1])
    var at = 2
    while !line[at].isEmpty {
      switch line[at] {
      case "password":
        user.password = line[at + 1]
        user.isEncrypted = true
      case "insecure-password":
        user.password = line[at + 1]
        user.isEncrypted = false
      case "groups": user.groups += line[at + 1].split(separator: ",").map(String.init)
      default:
        return alertTight("'user' only supports 'password', 'insecure-password' and 'groups' options.")
      }
      at += 2
    }
    ruleState.users.users.append(user)
  }

  /// Ends the list: groups that name users are told to the users.
  func closeUserList() {
    var reading = ruleState.users
    guard !reading.name.isEmpty else { return }
    // HAProxy looks at the last list, user and group first, and tells one mistake.
    var errors: [String] = []
    for (group, users) in reading.groups.reversed() {
      for user in users where !reading.users.contains(where: { $0.name == user }) {
        errors.append("userlist '\(reading.name)': no such user '\(user)' specified in group '\(group)'")
      }
    }
    var groupErrors: [String] = []
    for user in reading.users.reversed() {
      for group in user.groups where !reading.groups.contains(where: { $0.name == group }) {
        groupErrors.append("userlist '\(reading.name)': no such group '\(group)' specified in user '\(user.name)'")
      }
    }
    if let error = groupErrors.first ?? errors.first { ruleState.userListError = error }
    for (group, users) in reading.groups {
      for user in users {
        guard let at = reading.users.firstIndex(where: { $0.name == user }) else { continue }
        reading.users[at].groups.append(group)
      }
    }
    let list = UserList(
      name: reading.name, groups: reading.groups.map(\.name),
      users: reading.users.map {
        UserList.User(name: $0.name, password: $0.password, isEncrypted: $0.isEncrypted, groups: $0.groups)
      })
    ruleState.userLists[reading.name] = samples.add(list)
    ruleState.users = UserListReading()
  }

  /// Looked at when all is read, before everything else.
  func finishUserLists() {
    if let message = ruleState.userListError { alertPlain(message) }
  }
}
