import CLinux
import Glibc

extension OwnProcess {
  /// The words the program was started with, its name first; one byte per scalar (see ConfigSyntax).
  public static var arguments: [String] {
    var words: [String] = []
    for index in 0..<Int(CommandLine.argc) {
      guard let word = unsafe CommandLine.unsafeArgv[index] else { continue }
      words.append(unsafe byteText(word))
    }
    return words
  }

  /// System, release, version and machine, as `uname -srvm` prints them.
  public static var kernel: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "Linux" }
    return [field(name.sysname), field(name.release), field(name.version), field(name.machine)].joined(separator: " ")
  }

  private static func field<T>(_ value: T) -> String {
    unsafe withUnsafeBytes(of: value) { raw in
      String(String.UnicodeScalarView(unsafe raw.prefix { $0 != 0 }.map { Unicode.Scalar($0) }))
    }
  }

  private static func byteText(_ pointer: UnsafePointer<CChar>) -> String {
    let count = unsafe strlen(pointer)
    let raw = unsafe UnsafeRawBufferPointer(start: pointer, count: count)
    return String(String.UnicodeScalarView(unsafe raw.map { Unicode.Scalar($0) }))
  }
}

extension OwnProcess {
  /// The names of all environment variables, in the order of their table.
  public static var environmentNames: [String] {
    guard let table = unsafe weir_environ() else { return [] }
    var names: [String] = []
    var index = 0
    while let entry = unsafe table[index] {
      names.append(String(String.UnicodeScalarView(unsafe byteText(entry).unicodeScalars.prefix { $0 != "=" })))
      index += 1
    }
    return names
  }
}
