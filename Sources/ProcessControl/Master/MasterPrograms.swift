import ConfigSyntax
import Configuration
import System

/// The programs that a master runs beside its workers (`program` sections).
extension MasterStart {
  /// Starts them; after a reload those alone that ask for it.
  func startPrograms(_ programs: [ProgramSettings], _ diagnostics: Diagnostics) {
    for program in programs where !isReload || program.startsOnReload {
      let child = OwnProcess.fork()
      if child == 0 { Self.become(program) }
      if child < 0 {
        diagnostics.alert("[haproxy.main()] Cannot fork program '\(program.name)'.")
        continue
      }
      diagnostics.notice("New program '\(program.name)' (\(child)) forked")
      var entry = ProcessTable.Entry(
        kind: .program, pid: child, startedAt: Int(Clock.wallMicroseconds() / 1_000_000))
      entry.name = program.name
      entry.version = "-"
      started.append(entry)
    }
  }

  /// In the child: gives up rights and becomes the program.
  private static func become(_ program: ProgramSettings) -> Never {
    for number in [Signals.pipe, Signals.quit] { Signals.restore(number) }
    Signals.setBlocked(false)
    do throws(SystemError) {
      if let group = program.group { try OwnProcess.setGroup(group) }
      if let user = program.user { try OwnProcess.setUser(user) }
      throw OwnProcess.execute(program.command)
    } catch {
      FileDescriptor.standardError.writeAll(
        "[ALERT]    (\(OwnProcess.id)) : Cannot execute the command of program '\(program.name)': \(error)\n")
      OwnProcess.exitNow(1)
    }
  }
}
