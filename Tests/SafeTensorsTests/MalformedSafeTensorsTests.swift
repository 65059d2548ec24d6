import GPT2BinaryFiles
import GPT2SafeTensors
import TestSupport
import Testing

/// One test a way in which a file can be wrong, each a good file with something changed.
@Suite struct MalformedSafeTensorsTests {
  private let directory: TemporaryDirectory
  private let a = entry("a", "F32", "[2,3]", "[0,24]")
  private let b = entry("b", "BF16", "[1]", "[24,26]")

  init() throws { directory = try TemporaryDirectory() }

  @Test func theGoodFileIsGood() throws {
    #expect(try cause("{\(a),\(b)}", values: 26) == nil)
    // Values in another order than the header's, spaces, and members that nobody knows.
    #expect(try cause("{\(b) , \(a)}  \n", values: 26) == nil)
    #expect(try cause(#"{"a":{"new":1,"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, values: 1) == nil)
  }

  /// As dev/reference/try_safetensors.py finds the reference implementation to read them.
  @Test(arguments: [" ", "\n", "\t\r\n "])
  func whiteSpaceBeforeTheBrace(space: String) throws {
    let bytes = safeTensorsFile("\(space){\(a),\(b)}", values: 26)
    let path = try directory.write(bytes, to: "spaced.safetensors")
    #expect(try SafeTensorsFile(contentsOf: path).tensors.map(\.name) == ["a", "b"])
    #expect(SafeTensorsFile.mayBe(try MappedFile(path: path)))
  }

  @Test func metadataThatAreNull() throws {
    #expect(try cause(#"{"__metadata__":null,\#(a)}"#, values: 24) == nil)
  }

  /// At every place between others, and in every order; nowhere else.
  @Test func emptyTensors() throws {
    for place in [0, 24, 26] {
      let z = entry("z", "F32", "[0,5]", "[\(place),\(place)]")
      for header in ["{\(z),\(a),\(b)}", "{\(a),\(b),\(z)}"] {
        #expect(try cause(header, values: 26) == nil, "\(header)")
      }
    }
    #expect(try cause("{\(entry("z", "F32", "[0]", "[0,0]"))}", values: 0) == nil)
    for place in [12, 25, 27, 1000] {
      let z = entry("z", "F32", "[0]", "[\(place),\(place)]")
      #expect(try cause("{\(a),\(b),\(z)}", values: 26) != nil, "\(place)")
    }
  }

  @Test func cutShort() throws {
    let bytes = safeTensorsFile("{\(a),\(b)}", values: 26)
    for count in 0..<bytes.count {
      let cause = try cause(bytes: Array(bytes.prefix(count)))
      switch cause {
      case .truncatedHeader: #expect(count < bytes.count - 26)
      case .wrongSize(count, bytes.count): #expect(count >= bytes.count - 26)
      default: Issue.record("\(count) bytes: \(String(describing: cause))")
      }
    }
    #expect(try self.cause(bytes: []) == .truncatedHeader(found: 0, expected: 8))
    #expect(
      try self.cause(bytes: Array(bytes.prefix(9))) == .truncatedHeader(found: 9, expected: bytes.count - 26))
  }

  @Test func appendedBytes() throws {
    let size = 8 + "{\(a),\(b)}".utf8.count + 26
    #expect(try cause("{\(a),\(b)}", values: 27) == .wrongSize(found: size + 1, expected: size))
  }

  /// A length that no allocation should follow.
  @Test(arguments: [100_000_001, 1 << 62, UInt64.max])
  func headerTooLong(length: UInt64) throws {
    let bytes = safeTensorsFile("{}", values: 0, headerLength: length)
    #expect(
      try cause(bytes: bytes)
        == .invalidField(name: "header length", found: Int(clamping: length), expected: "at most 100000000"))
  }

  @Test func theLongestHeaderMustBeThere() throws {
    let bytes = safeTensorsFile("{}", values: 0, headerLength: 100_000_000)
    #expect(try cause(bytes: bytes) == .truncatedHeader(found: 10, expected: 100_000_008))
  }

  @Test(arguments: ["", "  ", "\u{C}{}", "\u{FEFF}{}", "\0{}", " []", "7"])
  func headerWithoutBrace(header: String) throws {
    guard case .mismatch("a header that does not begin with '{'", _, _) = try cause(header, values: 0) else {
      Issue.record("\(header)")
      return
    }
  }

  @Test(arguments: ["{", "{}x", "{\"a\"}", "{\"a\":}"])
  func headerThatIsNoJSON(header: String) throws {
    guard case .unparsableText(1, _, _) = try cause(header, values: 0) else {
      Issue.record("\(header)")
      return
    }
  }

  @Test func headerThatIsNoUTF8() throws {
    let bytes = safeTensorsFile("", values: 0, headerLength: 5) + [0x7B, 0x22, 0xC3, 0x28, 0x22]
    guard case .unparsableText(1, _, "UTF-8") = try cause(bytes: bytes) else {
      Issue.record("accepted")
      return
    }
  }

  @Test func aNameTwice() throws {
    guard
      case .unparsableText(1, "a a second time", _) = try cause(
        "{\(a),\(entry("a", "U8", "[2]", "[24,26]"))}", values: 26)
    else {
      Issue.record("accepted")
      return
    }
  }

  @Test func metadataThatAreNoStrings() throws {
    for metadata in ["[]", #"{"a":1}"#, #"{"a":null}"#, #""x""#] {
      guard case .mismatch(let found, _, _) = try cause(#"{"__metadata__":\#(metadata)}"#, values: 0) else {
        Issue.record("accepted \(metadata)")
        continue
      }
      #expect(found.contains("__metadata__"))
    }
  }

  @Test(arguments: [
    (#""a":7"#, "tensor a that is 7"),
    (#""a":{"shape":[2],"data_offsets":[0,2]}"#, "dtype missing"),
    (entry("a", "F4", "[2]", "[0,1]"), "dtype 'F4'"),
    (entry("a", "f32", "[2]", "[0,8]"), "dtype 'f32'"),
    (#""a":{"dtype":"U8","data_offsets":[0,2]}"#, "shape"),
    (entry("a", "U8", "[-2,-1]", "[0,2]"), "shape"),
    (entry("a", "U8", "[2.0]", "[0,2]"), "shape"),
    (entry("a", "U8", "2", "[0,2]"), "shape"),
    (#""a":{"dtype":"U8","shape":[2]}"#, "data_offsets"),
    (entry("a", "U8", "[2]", "[0]"), "data_offsets"),
    (entry("a", "U8", "[2]", "[0,2,4]"), "data_offsets"),
    (entry("a", "U8", "[2]", "[2,0]"), "data_offsets"),
    (entry("a", "U8", "[2]", "[-2,0]"), "data_offsets"),
    (entry("a", "U8", "[2]", "[0,9223372036854775808]"), "data_offsets"),
  ])
  func entriesThatAreNone(entry: String, words: String) throws {
    guard case .mismatch(let found, _, _) = try cause("{\(entry)}", values: 2) else {
      Issue.record("\(entry)")
      return
    }
    #expect(found.contains(words))
  }

  @Test(arguments: [
    ("[2]", "[0,9]", 9), ("[2]", "[0,4]", 4), ("[]", "[0,8]", 8), ("[0,4]", "[0,16]", 16),
    // Counts that overflow: to 0, to a small number, and beyond everything.
    ("[4611686018427387904,4]", "[0,0]", 0), ("[4611686018427387905]", "[0,4]", 4),
    ("[9223372036854775807,9223372036854775807]", "[0,8]", 8),
  ])
  func aShapeOfAnotherSize(shape: String, offsets: String, found: Int) throws {
    guard
      case .invalidField("bytes of tensor a", found, _) = try cause(
        "{\(entry("a", "F32", shape, offsets))}", values: found)
    else {
      Issue.record("\(shape)")
      return
    }
  }

  @Test func bytesThatBelongToNone() throws {
    for (offsets, size) in [("[25,27]", 27), ("[32,34]", 34)] {
      let header = "{\(a),\(entry("b", "BF16", "[1]", offsets))}"
      guard case .mismatch("tensor b after bytes that belong to none", _, _) = try cause(header, values: size)
      else {
        Issue.record("accepted \(offsets)")
        continue
      }
    }
    guard case .mismatch = try cause("{\(b)}", values: 26) else {
      Issue.record("accepted a hole at the beginning")
      return
    }
  }

  @Test func bytesThatBelongToTwo() throws {
    let header = "{\(a),\(entry("b", "BF16", "[1]", "[22,24]"))}"
    guard case .mismatch("tensor b inside another's values", _, _) = try cause(header, values: 24) else {
      Issue.record("accepted")
      return
    }
  }

  /// Offsets that are as far as numbers go must not wrap around.
  @Test func offsetsBeyondTheFile() throws {
    let most = Int.max
    let header = "{\(entry("a", "U8", "[\(most)]", "[0,\(most)]"))}"
    #expect(try cause(header, values: 3) == .wrongSize(found: 8 + header.utf8.count + 3, expected: .max))
  }

  private func cause(_ header: String, values: Int) throws -> FileError.Cause? {
    try cause(bytes: safeTensorsFile(header, values: values))
  }

  private func cause(bytes: [UInt8]) throws -> FileError.Cause? {
    let path = try directory.write(bytes, to: "model.safetensors")
    return fileErrorCause(path) { () throws(FileError) in _ = try SafeTensorsFile(contentsOf: path) }
  }
}
