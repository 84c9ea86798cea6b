/// libFuzzer's loop, as a function.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<CInt>, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// Runs libFuzzer with the command line's options; each input is given to `test`, which traps where a property does not
/// hold.
public func fuzz(_ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt) -> CInt {
  var argc = CommandLine.argc
  var argv = CommandLine.unsafeArgv
  return runDriver(&argc, &argv, test)
}

/// Says what went wrong and stops, so that libFuzzer keeps the input.
public func check(_ holds: Bool, _ what: @autoclosure () -> String, line: Int = #line) {
  if !holds { fatalError("line \(line): \(what())") }
}
