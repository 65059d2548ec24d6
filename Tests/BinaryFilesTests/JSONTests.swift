import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test func everyKindOfValue() throws {
    let text = #" {"a": [null, true, false, -12, 0, 1.5, 1E2, -0.25e-1, []], "b": {"c": {}}, "": "x"} "#
    guard case .object(let object) = try parse(text) else {
      Issue.record("expected an object")
      return
    }
    #expect(object.members.map(\.key) == ["a", "b", ""])
    #expect(
      object["a"]
        == .array([
          .null, .bool(true), .bool(false), .integer(-12), .integer(0), .number(1.5), .number(100),
          .number(-0.025), .array([]),
        ]))
    #expect(object["b"]?.object?["c"]?.object?.members == [])
    #expect(object[""] == .string("x"))
    #expect(object["missing"] == nil)
  }

  @Test func stringsAndEscapes() throws {
    #expect(try parse(#""Ġé😀 /""#) == .string("Ġé😀 /"))
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u0120\u00e9\ud83d\uDE00!""#) == .string("\"\\/\u{8}\u{C}\n\r\tĠé😀!"))
    #expect(try parse(#""\u0000""#) == .string("\0"))
  }

  /// What is written is read back; an independent reader takes it for the same.
  @Test func quotedTextIsReadBack() throws {
    let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init))) + "😀"
    let quoted = JSONText.quoted(text)
    #expect(try parse(quoted) == .string(text))
    #expect(try JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8)) == [text])
    #expect(JSONText.quoted("\t\u{1F}\"") == #""\t\u001f\"""#)
    #expect(JSONText.object([("a", "1"), ("b", "[]")]) == "{\n  \"a\": 1,\n  \"b\": []\n}")
  }

  @Test(arguments: [
    ("", "the end of the file"), ("{", "the end of the file"), (#"{"a""#, "the end of the file"),
    (#"{"a":1,}"#, "}"), ("[1,]", "]"), ("[1 2]", "2]"), (#"{a:1}"#, "a:1}"), ("[1] x", "x"), ("tru", "tru"),
    ("nul", "nul"), ("01", "01"), ("-", "-"), ("1.", "1."), ("1e", "1e"), (".5", ".5"), ("1e999", "1e999"),
    ("NaN", "NaN"), (#""ab"#, "the end of the file"), ("\"a\u{1}\"", "\u{1}\""), (#""\x""#, #"x""#),
    (#""\u12g4""#, #"g4""#), (#""\ud800""#, #"""#), (#""\ud800\u0041""#, #"""#), (#""\udc00""#, #"""#),
    (#"{"a":1,"b":2,"a":3}"#, "a a second time"), ("\u{FEFF}[]", "\u{FEFF}[]"),
  ])
  func whatIsNoJSON(text: String, found: String) throws {
    let cause = expectFileError("file.json") { _ = try parse(text) }
    guard case .unparsableText(1, found, _) = cause else {
      Issue.record("\(text): \(String(describing: cause))")
      return
    }
  }

  @Test func theLineIsTold() throws {
    guard
      case .unparsableText(3, "]", _) = expectFileError("file.json", { _ = try parse("[\n1,\n]\n") })
    else {
      Issue.record("expected line 3")
      return
    }
  }

  @Test func bytesThatAreNoUTF8() throws {
    let cause = expectFileError("file.json") { _ = try parse(bytes: [0x22, 0xC3, 0x28, 0x22]) }
    guard case .unparsableText(1, _, "UTF-8") = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  /// However deep it is, it neither crashes nor is it accepted.
  @Test func depth() throws {
    let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try parse(deepest).array?.count == 1)
    for count in [129, 1_000_000] {
      expectFileError("file.json") { _ = try parse(String(repeating: "[", count: count)) }
    }
  }

  @Test func cutAnywhere() throws {
    let whole = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null}],"c":true}"#.utf8)
    _ = try parse(bytes: whole)
    for count in 0..<whole.count {
      expectFileError("file.json") { _ = try parse(bytes: Array(whole.prefix(count))) }
    }
  }

  @Test func aFileThatIsNoObject() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("[]".utf8), to: "a.json")
    guard
      case .mismatch("JSON that is an array", _, _) = expectFileError(
        path,
        {
          _ = try JSONParser.object(contentsOf: path)
        })
    else {
      Issue.record("expected a mismatch")
      return
    }
  }

  private func parse(_ text: String) throws -> JSONValue { try parse(bytes: Array(text.utf8)) }

  private func parse(bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBytes { try JSONParser.parse($0, path: "file.json") }
  }
}
