import ConfigSyntax
import Configuration
import System

/// Becoming a daemon and giving up rights, in the only order that works: background, pid file, root folder, group,
/// user.
enum Privileges {
  /// nil: go on in this process; otherwise the exit status.
  static func take(_ global: GlobalSettings, _ settings: Runner.Settings, _ diagnostics: Diagnostics) -> Int32? {
    if let master = settings.master { return takeAsWorker(master, global, settings, diagnostics) }
    for pid in settings.oldProcesses { OwnProcess.send(signal: settings.oldProcessSignal, to: pid) }
    if settings.daemon {
      if !canMakePidFile(global, settings, diagnostics) { return 1 }
      let child = OwnProcess.fork()
      if child < 0 {
        diagnostics.alert("[haproxy.main()] Cannot fork.")
        return 1
      }
      if child > 0 {
        writePidFile(global, settings, pid: child, diagnostics)
        OwnProcess.exitNow(0)
      }
      OwnProcess.startSession()
    }
    return giveUpRights(global, settings, diagnostics)
  }

  /// Becomes the master, and goes on in the worker that it forks.
  private static func takeAsWorker(
    _ master: MasterStart, _ global: GlobalSettings, _ settings: Runner.Settings, _ diagnostics: Diagnostics
  ) -> Int32? {
    if settings.daemon && !master.isReload {
      let child = OwnProcess.fork()
      if child < 0 {
        diagnostics.alert("[haproxy.main()] Cannot fork.")
        return 1
      }
      if child > 0 { OwnProcess.exitNow(0) }
      OwnProcess.startSession()
    }
    if !canMakePidFile(global, settings, diagnostics) { return 1 }
    writePidFile(global, settings, pid: OwnProcess.id, diagnostics)
    if let failure = master.fork(global, settings, diagnostics) { return failure }
    return giveUpRights(global, settings, diagnostics)
  }

  private static func giveUpRights(
    _ global: GlobalSettings, _ settings: Runner.Settings, _ diagnostics: Diagnostics
  ) -> Int32? {
    // Names are looked up while the password file can still be seen.
    let gid = global.gid ?? global.group.flatMap { OwnProcess.groupID(named: $0) }
    let uid = global.uid ?? global.user.flatMap { OwnProcess.userID(named: $0) }
    do throws(SystemError) {
      if let root = global.chroot { try OwnProcess.changeRoot(root) }
    } catch {
      diagnostics.alert("[haproxy.main()] Cannot chroot(\(global.chroot ?? "")).")
      return 1
    }
    do throws(SystemError) { if let gid { try OwnProcess.setGroup(gid) } } catch {
      diagnostics.alert("[haproxy.main()] Cannot set gid \(gid ?? 0).")
      return 1
    }
    do throws(SystemError) { if let uid { try OwnProcess.setUser(uid) } } catch {
      diagnostics.alert("[haproxy.main()] Cannot set uid \(uid ?? 0).")
      return 1
    }
    if global.dumpable { OwnProcess.allowCore() }
    if !global.insecureSetuidWanted { OwnProcess.forbidNewPrivileges() }
    if settings.daemon { detach() }
    return nil
  }

  /// A file that cannot be made at all is an error; nobody would find the process.
  private static func canMakePidFile(
    _ global: GlobalSettings, _ settings: Runner.Settings, _ diagnostics: Diagnostics
  ) -> Bool {
    guard let path = settings.pidFile ?? global.pidFile else { return true }
    do throws(SystemError) { try Files.write(path, []) } catch {
      diagnostics.alert("[haproxy.main()] Cannot create pidfile \(path)")
      return false
    }
    return true
  }
  /// The disk may be full: that is told, and no reason not to serve.
  private static func writePidFile(
    _ global: GlobalSettings, _ settings: Runner.Settings, pid: Int32, _ diagnostics: Diagnostics
  ) {
    guard let path = settings.pidFile ?? global.pidFile else { return }
    do throws(SystemError) { try Files.write(path, Array("\(pid)\n".utf8)) } catch {
      diagnostics.warning("[haproxy.main()] Cannot write pidfile \(path): \(error)")
    }
  }

  /// A daemon holds no terminal.
  static func detach() {
    guard let null = Files.openNull() else { return }
    for number: Int32 in 0...2 { null.replace(FileDescriptor(number)) }
    if null.number > 2 { null.close() }
  }
}
