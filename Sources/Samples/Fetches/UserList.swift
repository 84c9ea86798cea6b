public import Memory

/// Users, their passwords and groups (`userlist`).
public struct UserList: Sendable {
  public struct User: Sendable {
    public let name: Bytes
    /// As `crypt(3)` makes it, or in clear (`insecure-password`).
    public let password: String
    public let isEncrypted: Bool
    let clearText: Bytes
    public let groupNames: [Bytes]
    public init(name: String, password: String, isEncrypted: Bool, groups: [String]) {
      self.name = Bytes(permanent: name)
      self.password = password
      self.isEncrypted = isEncrypted
      clearText = Bytes(permanent: isEncrypted ? "" : password)
      groupNames = groups.map { Bytes(permanent: $0) }
    }
  }
  public let name: String
  public let users: [User]
  private let groups: [Bytes]
  /// - Parameter groups: those that the list declares; groups of users count too.
  public init(name: String, groups: [String] = [], users: [User]) {
    self.name = name
    self.users = users
    self.groups = groups.map { Bytes(permanent: $0) }
  }
  func hasGroup(_ name: Bytes) -> Bool {
    groups.contains { $0.equals(name) } || users.contains { $0.groupNames.contains { $0.equals(name) } }
  }

  func user(_ name: Bytes) -> User? { users.first { $0.name.equals(name) } }
}
