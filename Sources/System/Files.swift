import CLinux
import Glibc

/// Whole files, for configuration and control: never on the data path.
public enum Files {
  /// The bytes of a regular file, at most `limit`.
  public static func read(_ path: String, limit: Int = 1 << 30) throws(SystemError) -> [UInt8] {
    guard let answers = SystemAnswers.ofThisThread else { return try contents(path, limit) }
    return try answers.bytes("read \(limit) \(path)") { () throws(SystemError) in try contents(path, limit) }
  }
  private static func contents(_ path: String, _ limit: Int) throws(SystemError) -> [UInt8] {
    let fd = unsafe weir_open(bytePath(path), O_RDONLY | O_CLOEXEC, 0)
    if fd < 0 { throw .current }
    defer { Glibc.close(fd) }
    var info = stat()
    if unsafe fstat(fd, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { throw SystemError(code: EISDIR) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(min(max(info.st_size, 0), Int(limit))) + 1)
    var chunk = [UInt8](repeating: 0, count: 65536)
    while bytes.count < limit {
      let n = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(fd, $0.baseAddress, $0.count) }
      if n < 0 {
        if errno == EINTR { continue }
        throw .current
      }
      if n == 0 { break }
      bytes.append(contentsOf: chunk[0..<n])
    }
    return bytes
  }
  /// Replaces the file's contents.
  public static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(SystemError) {
    let fd = unsafe weir_open(bytePath(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    if fd < 0 { throw .current }
    defer { Glibc.close(fd) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let n = unsafe rest.withUnsafeBytes { unsafe Glibc.write(fd, $0.baseAddress, $0.count) }
      if n < 0 {
        if errno == EINTR { continue }
        throw .current
      }
      rest = rest.dropFirst(n)
    }
  }
  public enum Kind: UInt8, Sendable { case file, folder, socket, other }
  public static func kind(_ path: String) -> Kind? {
    guard let answers = SystemAnswers.ofThisThread else { return ownKind(path) }
    let number = answers.number("kind \(path)") { ownKind(path).map { UInt32($0.rawValue) } }
    return number.flatMap { Kind(rawValue: UInt8(truncatingIfNeeded: $0)) }
  }
  private static func ownKind(_ path: String) -> Kind? {
    var info = stat()
    if unsafe stat(bytePath(path), &info) != 0 { return nil }
    switch info.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFSOCK: return .socket
    default: return .other
    }
  }
  /// Names in a folder, in byte order, without `.` and `..`.
  public static func list(_ path: String) throws(SystemError) -> [String] {
    guard let answers = SystemAnswers.ofThisThread else { return try ownNames(path) }
    let names = try answers.parts("list \(path)") { () throws(SystemError) in try ownNames(path).map(\.bytes) }
    return names.map { String(bytes: $0) }
  }
  private static func ownNames(_ path: String) throws(SystemError) -> [String] {
    guard let folder = unsafe opendir(bytePath(path)) else { throw .current }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        let bytes = unsafe raw.prefix { $0 != 0 }
        return String(String.UnicodeScalarView(unsafe bytes.map { Unicode.Scalar($0) }))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }
  @discardableResult public static func remove(_ path: String) -> Bool { unsafe unlink(bytePath(path)) == 0 }
  @discardableResult public static func rename(_ from: String, to: String) -> Bool {
    unsafe Glibc.rename(bytePath(from), bytePath(to)) == 0
  }
  @discardableResult public static func setMode(_ path: String, _ mode: UInt32) -> Bool {
    unsafe chmod(bytePath(path), mode) == 0
  }
  @discardableResult public static func setOwner(_ path: String, uid: UInt32?, gid: UInt32?) -> Bool {
    unsafe chown(bytePath(path), uid ?? .max, gid ?? .max) == 0
  }
  public static var currentFolder: String {
    guard let answers = SystemAnswers.ofThisThread else { return ownFolder }
    return (try? answers.bytes("folder") { ownFolder.bytes }).map { String(bytes: $0) } ?? "/"
  }
  private static var ownFolder: String {
    guard let text = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
  @discardableResult public static func changeFolder(_ path: String) -> Bool {
    guard let answers = SystemAnswers.ofThisThread else { return unsafe chdir(bytePath(path)) == 0 }
    return answers.changeFolder(path) { unsafe chdir(bytePath(path)) == 0 }
  }
}

/// A path as the C calls want it: one byte per scalar (see ConfigSyntax), closed by a zero.
func bytePath(_ path: String) -> [CChar] {
  path.unicodeScalars.map { CChar(bitPattern: UInt8(truncatingIfNeeded: $0.value)) } + [0]
}

extension Files {
  /// `/dev/null`, for reading and writing.
  public static func openNull() -> FileDescriptor? {
    let fd = unsafe weir_open("/dev/null", O_RDWR | O_CLOEXEC, 0)
    return fd < 0 ? nil : FileDescriptor(fd)
  }
}
