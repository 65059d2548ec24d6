import GPT2BinaryFiles
import GPT2SafeTensors
import TestSupport
import Testing

@Suite struct SafeTensorsSetTests {
  private let directory: TemporaryDirectory
  private let index: String

  init() throws {
    directory = try TemporaryDirectory()
    index = directory.file("model.safetensors.index.json")
    _ = try directory.write(
      safeTensorsFile("{\(entry("a", "U8", "[2]", "[0,2]"))}", values: 2), to: "1.safetensors")
    let two = "{\(entry("b", "U8", "[1]", "[0,1]")),\(entry("c", "U8", "[3]", "[1,4]"))}"
    _ = try directory.write(safeTensorsFile(two, values: 4), to: "2.safetensors")
  }

  @Test func tensorsOfAllFiles() throws {
    let set = try #require(try read(#"{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}"#))
    #expect(Set(set.tensors.map(\.name)) == ["a", "b", "c"])
    #expect(set.bytes(ofTensor: "c")?.count == 3)
    #expect(set.bytes(ofTensor: "d") == nil)
    #expect(set.mappings.count == 2)
    #expect(set.path == index)
  }

  @Test func aTensorThatTheIndexPlacesElsewhere() throws {
    let found = try mismatch(
      #"{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}"#, in: "2.safetensors")
    #expect(found == "tensor b")
  }

  @Test func aTensorThatTheIndexDoesNotList() throws {
    #expect(try mismatch(#"{"a":"1.safetensors","b":"2.safetensors"}"#, in: "2.safetensors") == "tensor c")
  }

  @Test func aTensorThatIsInNoFile() throws {
    let found = try mismatch(
      #"{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors","d":"1.safetensors"}"#,
      in: "1.safetensors")
    #expect(found == "no tensor d")
  }

  @Test func aFileThatIsMissing() throws {
    try write(#"{"a":"3.safetensors"}"#)
    #expect(
      expectFileError(directory.file("3.safetensors")) { _ = try SafeTensorsSet(index: index) } == .notFound)
  }

  /// Of text in JSON none stands for other bytes, as it does in paths; and what a terminal obeys is spelt out.
  @Test func namesOfAllKinds() throws {
    let name = "\u{10FEFF}\u{1B}[31m.safetensors"
    _ = try directory.write(
      safeTensorsFile("{\(entry("a", "U8", "[2]", "[0,2]"))}", values: 2), to: name)
    #expect(try read("{\"a\":\"\u{10FEFF}\\u001b[31m.safetensors\"}")?.tensors.map(\.name) == ["a"])
    try write("{\"a\":\"\u{10FEFF}\\u001b.safetensors\"}")
    do throws(FileError) {
      _ = try SafeTensorsSet(index: index)
      Issue.record("there is no such file")
    } catch {
      let name = #"/\xF4\x8F\xBB\xBF\u{1B}.safetensors"#
      #expect(error.description.hasSuffix("\(name): no such file or directory; check the path"))
    }
  }

  /// An index names files beside it and no others.
  @Test(arguments: [#""../1.safetensors""#, #""/etc/passwd""#, #""""#, "7"])
  func fileNamesThatAreNone(name: String) throws {
    let found = try mismatch(#"{"a":\#(name)}"#, in: "model.safetensors.index.json")
    #expect(found?.hasPrefix("tensor a in ") == true)
  }

  @Test(arguments: ["{}", "[]", "7"])
  func noMap(map: String) throws {
    #expect(try mismatch(map, in: "model.safetensors.index.json") == "no weight_map")
  }

  private func write(_ map: String) throws {
    _ = try directory.write(
      Array(#"{"metadata":{},"weight_map":\#(map)}"#.utf8), to: "model.safetensors.index.json")
  }

  private func read(_ map: String) throws -> SafeTensorsSet? {
    try write(map)
    return try SafeTensorsSet(index: index)
  }

  /// What was found, in an error about the file.
  private func mismatch(_ map: String, in name: String) throws -> String? {
    try write(map)
    guard
      case .mismatch(let found, _, _) = expectFileError(
        directory.file(name), { _ = try SafeTensorsSet(index: index) })
    else { return nil }
    return found
  }
}
