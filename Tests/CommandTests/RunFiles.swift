import Foundation
import Testing

/// What a run has left in its directory.
struct RunFiles {
  let path: String

  init(_ path: String) { self.path = path }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// The steps of whole checkpoints: those with a DONE file, whose other files must then be there.
  var checkpoints: [Int] {
    get throws {
      let names = try self.names
      return try names.filter { $0.hasPrefix("DONE_") && !$0.contains(".") }.map { name in
        let digits = name.dropFirst("DONE_".count)
        for file in ["model_\(digits).bin", "state_\(digits)_00000.bin", "progress_\(digits).json"] {
          #expect(names.contains(file))
        }
        return try #require(Int(digits))
      }
    }
  }

  /// The bytes of the files that a resumed run must make alike.
  func checkpoint(_ step: Int) throws -> [Data] {
    let digits = String(format: "%08d", step)
    return try ["model_\(digits).bin", "state_\(digits)_00000.bin", "progress_\(digits).json"].map {
      try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))
    }
  }
}
