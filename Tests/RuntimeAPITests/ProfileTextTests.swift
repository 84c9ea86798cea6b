import Proxies
import Testing

@testable import RuntimeAPI

@Suite struct ProfileTextTests {
  @Test(arguments: [
    (0, "0"), (-5, "0"), (7, "7.000ns"), (266, "266.0ns"), (999, "999.0ns"), (1402, "1.402us"), (11_350, "11.35us"),
    (419_800, "419.8us"), (1_000_000, "1.000ms"), (59_999_999_999, "59.99s"), (60_000_000_000, "1.000m"),
    (3_600_000_000_000, "1.000h"), (86_400_000_000_000, "1.000d"), (Int.max, "106751d"),
  ])
  func timesHaveFourDigits(_ nanoseconds: Int, _ text: String) { #expect(ProfileText.time(nanoseconds) == text) }

  @Test func sumsOfAllWorkersAreSorted() {
    var first = [Int](repeating: 0, count: 3 * ProfiledTask.allCases.count)
    var second = first
    let client = 3 * ProfiledTask.client.rawValue
    let check = 3 * ProfiledTask.check.rawValue
    first.replaceSubrange(client..<client + 3, with: [30, 300_000, 3000])
    second.replaceSubrange(client..<client + 3, with: [7, 119_800, 0])
    second.replaceSubrange(check..<check + 3, with: [14, 926_300, 14_930])
    var form = ProfileText()
    let rows = form.text([first, second]).split(separator: "\n").map(String.init)
    #expect(
      rows == [
        "Tasks activity:", "  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg",
        "  client_connection                37   419.8us   11.34us   3.000us   81.00ns",
        "  health_check                     14   926.3us   66.16us   14.93us   1.066us",
      ])
    form.isByName = true
    #expect(form.text([first, second]).split(separator: "\n")[2].contains("client_connection"))
    form.limit = 1
    #expect(form.text([first, second]).split(separator: "\n").count == 3)
    form.limit = -1
    #expect(form.text([first]).split(separator: "\n").count == 2)
    #expect(form.text([]).split(separator: "\n").count == 2)
  }
}
