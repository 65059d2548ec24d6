import Foundation
import TestSupport
import Testing

@testable import GPT2ModelHub

/// A model of three small files, a server that has it as Hugging Face would, and a place for it.
struct FetchWorkspace {
  let directory: TemporaryDirectory
  /// Some kilobytes, so that a connection can be cut inside it.
  static let weights = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  static let contents: [String: [UInt8]] = [
    "config.json": Array("{}\n".utf8), "vocab.json": Array("hello\n".utf8), "model.safetensors": weights,
  ]

  init() throws { directory = try TemporaryDirectory() }

  var folder: ModelFolder { ModelFolder(directory.file("models/tiny"), Self.model()) }

  /// - Parameter unknown: The file whose checksum the catalogue does not know.
  static func model(unknown: String? = nil, sizes: Bool = true) -> CatalogueModel {
    // sha256sum's.
    let sums = [
      ("config.json", "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"),
      ("vocab.json", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"),
      ("model.safetensors", weightsSum),
    ]
    return CatalogueModel(
      name: "tiny", repository: "somebody/tiny", revision: "abc",
      files: sums.map { name, sum in
        let size = contents[name]?.count ?? 0
        return RemoteFile(name, sizes ? .exact(size) : .unknown, name == unknown ? nil : .sha256(sum))
      })
  }

  static let weightsSum = "5663c4c1fa3c0002c4895ae6cdaf1291c53fe70b7c7e181f359ea77d4b9e5cc6"

  /// Answers as Hugging Face does.
  static func hub(_ request: HTTPServer.Request) -> HTTPServer.Response {
    let prefix = "/somebody/tiny/resolve/abc/"
    guard request.path.hasPrefix(prefix), let file = contents[String(request.path.dropFirst(prefix.count))]
    else { return HTTPServer.Response(404, body: Array("Entry not found".utf8)) }
    return HTTPServer.Response(file: file, for: request)
  }

  static func home(_ address: String, token: String? = nil) throws -> ModelHome {
    try ModelHome(
      environment: Environment { ["HF_ENDPOINT": address, "HF_TOKEN": token ?? ""][$0] })
  }

  static func options(_ change: (inout FetchOptions) -> Void = { _ in }) -> FetchOptions {
    var options = FetchOptions()
    options.retryDelay = 0.001
    change(&options)
    return options
  }

  func fetch(
    from home: ModelHome, _ options: FetchOptions = options(), model: CatalogueModel = model()
  ) throws -> FetchedModel {
    try ModelFetch(into: ModelFolder(folder.path, model), from: home, options).run()
  }

  /// Expects a `FetchError`, and returns its cause.
  func failure(
    from home: ModelHome, _ options: FetchOptions = options(), model: CatalogueModel = model(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> FetchError.Cause? {
    let error = #expect(throws: FetchError.self, sourceLocation: sourceLocation) {
      _ = try fetch(from: home, options, model: model)
    }
    #expect(!(error?.description.contains("\n") ?? false), sourceLocation: sourceLocation)
    // Nothing that could be taken for a model.
    #expect(!FileManager.default.fileExists(atPath: folder.path), sourceLocation: sourceLocation)
    return error?.cause
  }

  /// What is in the part of the model, by name.
  func part(_ name: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: folder.partialPath + "/" + name))).map(Array.init)
  }

  func makePart(_ bytes: [UInt8], _ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.partialPath, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: folder.partialPath + "/" + name))
  }

  func expectWhole(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == Self.contents.keys.sorted(), sourceLocation: sourceLocation)
    for (name, bytes) in Self.contents {
      let found = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
      #expect(Array(found) == bytes, sourceLocation: sourceLocation)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.partialPath), sourceLocation: sourceLocation)
    #expect(folder.state == .complete, sourceLocation: sourceLocation)
  }
}
