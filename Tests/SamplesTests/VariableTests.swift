import Memory
import Testing

@testable import Samples

@Suite struct VariableTests {
  let pool = VariablePool(process: ProcessVariables())
  let arena = ByteArena(capacity: 4096)
  func scopes() -> VariableScopes {
    var scopes = VariableScopes()
    scopes.session = pool.makeSet()
    scopes.transaction = pool.makeSet()
    scopes.request = pool.makeSet()
    return scopes
  }
  func text(_ id: VariableID, _ scopes: VariableScopes) -> String? {
    pool.value(id, scopes, arena: arena)?.text?.latin1
  }

  @Test func valuesAreCopiesAndScopesAreApart() throws {
    var names = VariableNames()
    let (a, b) = (try names.register("txn.x"), try names.register("sess.x"))
    #expect(a.name == b.name && names.text(a) == "txn.x")
    let scopes = scopes()
    var buffer = BufferPool(bufferSize: 64).take()!
    _ = buffer.append("hello")
    pool.set(a, scopes, to: .string(buffer.readable))
    buffer.set(0, 0x4a)
    #expect(text(a, scopes) == "hello" && text(b, scopes) == nil)
    pool.set(a, scopes, to: .integer(5))
    #expect(text(a, scopes) == nil)
    pool.clear(scopes.transaction)
    #expect(pool.value(a, scopes, arena: arena) == nil)
  }

  @Test func aScopeThatIsNotThereCannotBeSet() throws {
    var names = VariableNames()
    let id = try names.register("res.x")
    #expect(!pool.set(id, scopes(), to: .integer(1)))
  }

  @Test func conditions() throws {
    var names = VariableNames()
    let id = try names.register("txn.c")
    let scopes = scopes()
    func set(_ value: SampleData, _ conditions: VariableConditions) -> Bool {
      pool.set(id, scopes, to: value, conditions: conditions)
    }
    #expect(!set(.integer(1), .ifExists))
    #expect(set(.integer(1), .ifNotExists))
    #expect(!set(.integer(2), .ifNotSet) && !set(.integer(2), .ifEmpty))
    #expect(set(.integer(5), .ifLess))
    #expect(!set(.integer(9), .ifGreater))
    #expect(set(.integer(3), .ifGreater))
    #expect(!set(.string(Bytes()), .ifNotEmpty) && set(.string(Bytes()), .ifEmpty))
    pool.unset(id, scopes)
    #expect(!set(.integer(1), .ifSet) && set(.integer(1), [.ifExists, .ifNotSet]))
  }

  @Test func limitsCountNarrowerScopes() throws {
    var names = VariableNames()
    let (request, transaction) = (try names.register("req.a"), try names.register("txn.b"))
    let limited = VariablePool(process: ProcessVariables())
    limited.limits.transaction = 2 * VariablePool.overhead + 10
    var scopes = VariableScopes()
    scopes.transaction = limited.makeSet()
    scopes.request = limited.makeSet()
    #expect(limited.set(request, scopes, to: .string(Bytes("12345"))))
    #expect(!limited.set(transaction, scopes, to: .string(Bytes("123456"))))
    #expect(limited.set(transaction, scopes, to: .string(Bytes("12345"))))
    #expect(!limited.set(transaction, scopes, to: .string(Bytes("123456"))))
    limited.clear(scopes.request)
    #expect(limited.set(transaction, scopes, to: .string(Bytes("123456"))))
  }

  @Test func setsAndEntriesAreUsedAgain() throws {
    var names = VariableNames()
    let id = try names.register("txn.a")
    var scopes = VariableScopes()
    var seen = Set<UInt32>()
    for round in 0..<100 {
      scopes.transaction = pool.makeSet()
      seen.insert(scopes.transaction)
      #expect(pool.value(id, scopes, arena: arena) == nil)
      pool.set(id, scopes, to: .string(Bytes(permanent: "round \(round)")))
      #expect(text(id, scopes) == "round \(round)")
      pool.drop(scopes.transaction)
    }
    #expect(seen.count == 1)
  }

  @Test func aVariableMayBeBuiltFromItself() throws {
    let compiler = SampleCompiler()
    let first = try compiler.parse("str(a),set-var(txn.v)", site: site)
    let next = try compiler.parse("var(txn.v),concat(b),set-var(txn.v)", site: site)
    let evaluator = evaluator(compiler)
    var source = EmptySource()
    source.variables.transaction = evaluator.variables.makeSet()
    #expect(evaluator.text(first.expression, from: &source)?.latin1 == "a")
    for _ in 0..<3 { _ = evaluator.text(next.expression, from: &source) }
    #expect(evaluator.text(next.expression, from: &source)?.latin1 == "abbbb")
  }

  @Test func processVariablesAreSharedAndChecked() throws {
    let process = ProcessVariables()
    let (one, two) = (VariablePool(process: process), VariablePool(process: process))
    var names = VariableNames()
    let id = try names.register("proc.p")
    #expect(one.set(id, VariableScopes(), to: .string(Bytes("x"))))
    #expect(two.value(id, VariableScopes(), arena: arena)?.text?.latin1 == "x")
    two.unset(id, VariableScopes())
    #expect(one.value(id, VariableScopes(), arena: arena) == nil && process.size == 0)
    #expect(one.set(id, VariableScopes(), to: .integer(1), conditions: .ifExists))
  }
}
