import Foundation
import TestSupport

/// What an original printed, as a script in dev/reference/lessons wrote it down.
enum LessonTrace {
  /// Reads lessons/NAME.json of the fixtures, whose names are Python's.
  static func decode<Trace: Decodable>(_ name: String) throws -> Trace {
    let file = URL(fileURLWithPath: TestFiles.fixture("lessons/\(name).json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Trace.self, from: Data(contentsOf: file))
  }
}
