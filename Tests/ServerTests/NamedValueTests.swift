import Testing

@testable import gpt2_serve

@Suite struct NamedValueTests {
  @Test(arguments: [
    ("runs/book", nil, "runs/book", "book"), ("book=runs/x", "book", "runs/x", "book"),
    ("a/b=c.gguf", nil, "a/b=c.gguf", "b=c"), ("gpt2.gguf", nil, "gpt2.gguf", "gpt2"),
    ("runs/notes/", nil, "runs/notes/", "notes"), (".bin", nil, ".bin", ".bin"), ("=x", nil, "=x", "=x"),
  ])
  func names(argument: String, name: String?, value: String, modelName: String) throws {
    let found = try #require(NamedValue(argument: argument))
    #expect(found.name == name && found.value == value && found.modelName == modelName)
  }

  @Test func valuesOfOneModelOrAll() throws {
    #expect(NamedValue(argument: "") == nil && NamedValue(argument: "a=") == nil)
    let values = ["q8_0", "a=q4_0"].compactMap { NamedValue(argument: $0) }
    #expect(values.value(for: "a") == "q4_0" && values.value(for: "b") == "q8_0")
    #expect(throws: (any Error).self) { try values.check("--quantize", models: ["b"]) }
    try values.check("--quantize", models: ["a", "b"])
  }
}
