#if os(Linux)  // Readers that want a name get files in /dev/shm.
  import Foundation
  import Testing

  /// What fuzzing found worth keeping is read again by each run of the tests, though without the sanitizer, as
  /// `fuzz.sh replay` has it. One after the other, as the readers share their files.
  @Suite(.serialized) struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent(
        "../corpus")

    private static func inputs(of reader: String) -> [URL] {
      let folder = corpus.appendingPathComponent(reader)
      let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      return (files ?? []).sorted { $0.path < $1.path }
    }

    /// A folder of a reader that has another name now would never be read.
    @Test func everyFolderIsAReaders() throws {
      let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
      #expect(!folders.isEmpty)
      #expect(Set(folders).subtracting(Reader.all.map(\.name)) == [])
    }

    /// None may end the process; what is refused is as good.
    @Test(arguments: Reader.all.map(\.name)) func inputsAreReadAgain(by name: String) throws {
      let reader = try #require(Reader.all.first { $0.name == name })
      // Nothing at all is an input, too.
      reader.run(UnsafeRawBufferPointer(start: nil, count: 0))
      for input in Self.inputs(of: name) {
        try Data(contentsOf: input).withUnsafeBytes { reader.run($0) }
      }
    }
  }
#endif
