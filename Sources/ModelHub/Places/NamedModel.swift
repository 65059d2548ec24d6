import GPT2BinaryFiles
import GPT2Platform

/// A model that was named rather than given by its path.
package struct NamedModel: Equatable, Sendable {
  /// Its folder.
  package let path: String
  /// A line for the user about where it is, if that may surprise.
  package let note: String?

  /// What a name stands for: a fetched model, else one in Hugging Face's cache.
  ///
  /// - Returns: `nil` if there is a file or folder of that name, which is meant then, or if no model has the name.
  /// - Throws: `FileError` that says how to fetch the model if it is not there.
  package init?(_ name: String, environment: Environment = .process) throws(FileError) {
    guard FileSystem.status(of: name, followingLinks: false) == nil,
      let model = ModelCatalogue.model(named: name)
    else { return nil }
    if let fetched = ModelStore(environment: environment)?.folder(of: model).path, Folder.exists(fetched) {
      self.init(path: fetched, note: nil)
    } else if let cached = HuggingFaceCache(environment: environment)?.folder(of: model) {
      self.init(path: cached, note: "\(name) is the one in Hugging Face's cache, \(cached)")
    } else {
      throw FileError(
        name,
        .mismatch(
          found: "no such file or folder, and the model of that name is not there yet",
          expected: "a fetched model", advice: "fetch it: gpt2 fetch \(model.name) (\(model.sizeText))"))
    }
  }

  private init(path: String, note: String?) {
    self.path = path
    self.note = note
  }
}
