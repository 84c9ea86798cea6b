import Observability
import Testing

/// Messages as HAProxy 2.6.12 logged them.
@Suite struct LogEventTests {
  let server = ServerEvents(backend: "be", server: "s1")
  let refused = ServerEvents.CheckResult(reason: "Layer4 connection problem", info: "Connection refused", duration: 0)

  @Test func namesChecks() {
    #expect(
      server.down(.check(refused), .init(active: 1, backup: 1))
        == LogEvent(
          .alert,
          "Server be/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. "
            + "1 active and 1 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."))
    #expect(
      ServerEvents(backend: "be", server: "s3", isBackup: true).down(.none, .init(active: 3, backup: 0)).text
        == "Backup Server be/s3 is DOWN. 3 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
    )
    #expect(
      ServerEvents(backend: "bt", server: "t1").down(.tracked("be/s2"), .init(active: 0, backup: 1)).text
        == "Server bt/t1 is DOWN via be/s2. 0 active and 1 backup servers left. Running on backup. "
        + "0 sessions active, 0 requeued, 0 remaining in queue.")
    #expect(
      server.up(.check(.init(reason: "Layer4 check passed", duration: 0)), .init(active: 2, backup: 0))
        == LogEvent(
          .notice,
          "Server be/s1 is UP, reason: Layer4 check passed, check duration: 0ms. 2 active and 0 backup servers online. "
            + "0 sessions requeued, 0 total in queue."))
    #expect(
      server.stopping(.text("changed from CLI"), .init(active: 1, backup: 0)).text
        == "Server be/s1 is stopping, changed from CLI. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
    )
    #expect(
      server.healthCheck(
        succeeded: false, .init(reason: "Layer7 wrong status", code: 404, info: "Not Found", duration: 0), health: 1,
        limit: 2,
        isUp: true
      ).text
        == "Health check for server be/s1 failed, reason: Layer7 wrong status, code: 404, info: \"Not Found\", "
        + "check duration: 0ms, status: 1/2 UP.")
  }

  @Test func namesWhatOperatorsDo() {
    let left = ServerEvents.Left(active: 1, backup: 1)
    #expect(
      server.maintenance(wasUp: true, left)
        == LogEvent(
          .alert,
          "Server be/s1 is going DOWN for maintenance. 1 active and 1 backup servers left. 0 sessions active, 0 requeued, "
            + "0 remaining in queue."))
    #expect(
      server.maintenance(wasUp: false, via: "be/s2", left)
        == LogEvent(.notice, "Server be/s1 was DOWN and now enters maintenance via be/s2."))
    #expect(
      server.leavesMaintenance(forced: true, draining: false).text
        == "Server be/s1 is UP/READY (leaving forced maintenance).")
    #expect(
      server.leavesMaintenance(forced: false, draining: true).text == "Server be/s1 is UP/DRAIN (leaving maintenance).")
    #expect(
      server.drain(isUp: true, via: "be/s2", left).text
        == "Server be/s1 enters drain state via be/s2. 1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue."
    )
    #expect(server.leavesDrain(isUp: false).text == "Server be/s1 is DOWN (leaving forced drain).")
    #expect(server.remainsInDrain().text == "Server be/s1 remains in forced drain mode.")
    #expect(
      LogEvent.stopped("li", frontendConnections: 0, backendConnections: 0)
        == LogEvent(.warning, "Proxy li stopped (cumulated conns: FE: 0, BE: 0)."))
    #expect(LogEvent.noServerAvailable(.backend, "bt") == LogEvent(.emergency, "backend bt has no server available!"))
    #expect(LogEvent.paused(.frontend, "fe").text == "Paused frontend fe.")
  }
}
