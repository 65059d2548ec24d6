import ArgumentParser
import GPT2Platform

/// `gpt2-serve`, a program of its own so that those which start it need not hold an HTTP server.
package enum ServerProgram {
  static let name = "gpt2-serve"

  /// Puts it in the place of this program.
  ///
  /// - Parameters:
  ///   - arguments: Its options.
  ///   - caller: What this program is called where it says that there is none.
  /// - Throws: `Exit.unusableInput` if there is none, or it cannot be started; that has been said then.
  package static func become(_ arguments: [String], from caller: String) throws -> Never {
    let places = System.programPath.map { self.places(from: $0) } ?? []
    guard let server = places.first(where: { FileSystem.allows(X_OK, $0) }) else {
      let place =
        places.isEmpty ? "beside \(caller), which the system does not find" : places.joined(separator: " or ")
      Diagnostics.error("\(caller): found no gpt2-serve, expected it at \(place); make serve builds it")
      throw Exit.unusableInput
    }
    System.become(server, arguments)
    Diagnostics.error("\(caller): \(server): \(System.errorText(errno))")
    throw Exit.unusableInput
  }

  /// Beside the program, as it is installed, or where `make serve` puts it if the program is in a build folder.
  package static func places(from program: String) -> [String] {
    let folders = program.utf8.split(separator: UInt8(ascii: "/")).dropLast().map { String(Substring($0)) }
    var places = ["/" + (folders + [name]).joined(separator: "/")]
    if let build = folders.lastIndex(where: { $0.hasPrefix(".build") }) {
      let root = "/" + folders[..<build].joined(separator: "/")
      places.insert("\(root)/.build-serve/release/\(name)", at: 0)
    }
    return places
  }
}
