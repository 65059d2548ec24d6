import ArgumentParser
import GPT2BinaryFiles

/// A value of an option, of one model or of all: "q8_0", or "notes=q8_0" for the model of that name.
struct NamedValue: ExpressibleByArgument, Equatable, Sendable {
  let name: String?
  let value: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    // A path may have the sign in it, a name has no slash.
    if parts.count == 2, !parts[0].isEmpty, !parts[0].contains("/") {
      (name, value) = (String(parts[0]), String(parts[1]))
    } else {
      (name, value) = (nil, argument)
    }
    guard !value.isEmpty else { return nil }
  }

  /// What a model is called that was not given a name: its file's or folder's, without what says which kind of file.
  var modelName: String {
    if let name { return name }
    let last = Folder.lastName(of: Folder.withoutSlash(value))
    for kind in [".gguf", ".bin", ".safetensors", ".pt"] where last.hasSuffix(kind) && last.count > kind.count
    {
      return String(last.dropLast(kind.count))
    }
    return last
  }
}

extension [NamedValue] {
  /// The value for a model: its own, or else that for all.
  func value(for model: String) -> String? {
    last { $0.name == model }?.value ?? last { $0.name == nil }?.value
  }

  /// - Throws: `ValidationError` if a value is for a model that there is not.
  func check(_ option: String, models: [String]) throws {
    for name in compactMap(\.name) where !models.contains(name) {
      throw ValidationError(
        "\(option) is for the model '\(name)', expected one of \(models.joined(separator: ", ")).")
    }
  }
}
