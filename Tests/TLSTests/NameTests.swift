import Testing

@testable import TLS

@Suite struct NameTests {
  @Test(arguments: [
    ("www.example.com", "www.example.com", true), ("WWW.example.com", "www.Example.COM", true),
    ("www.example.com", "www.example.org", false), ("*.example.com", "www.example.com", true),
    ("*.example.com", "a.b.example.com", false), ("*.example.com", "example.com", false),
    ("w*w.example.com", "wiw.example.com", true), ("w*w.example.com", "w.example.com", false),
    ("w*.example.com", "www.example.com", true), ("*w.example.com", "wax.example.com", false),
    ("*.com", "example.com", false), ("*.*.com", "a.b.com", false), ("", "", true),
  ])
  func patterns(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(TLSNames.matches(Array(pattern.utf8), Array(name.utf8)) == expected)
  }

  @Test func errorSets() {
    var set = TLSErrorSet()
    set.insert(10)
    set.insert(79)
    #expect(set.contains(10) && set.contains(79) && !set.contains(11) && !set.contains(200) && !set.contains(-1))
    #expect(TLSErrorSet.all.contains(0) && TLSErrorSet.all.contains(127))
  }
}
