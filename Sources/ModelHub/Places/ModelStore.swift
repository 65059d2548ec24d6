import GPT2BinaryFiles
import GPT2Platform

/// Where fetched models are kept, a folder a model.
package struct ModelStore: Equatable, Sendable {
  /// Without a slash at its end.
  package let root: String

  package init(_ root: String) { self.root = root }

  /// `$GPT2_MODELS`, else `$XDG_CACHE_HOME/gpt2-swift`, else `~/.cache/gpt2-swift`.
  ///
  /// - Returns: `nil` if none of these is set.
  package init?(environment: Environment = .process) {
    if let named = environment["GPT2_MODELS"] {
      root = named
    } else if let caches = environment.caches {
      root = caches + "/gpt2-swift"
    } else {
      return nil
    }
  }

  package func folder(of model: CatalogueModel) -> ModelFolder { ModelFolder(root + "/" + model.name, model) }
}

/// Where a model is, or is to be.
package struct ModelFolder: Equatable, Sendable {
  package enum State: Equatable, Sendable {
    case missing
    /// A part of so many bytes.
    case partial(bytes: Int)
    /// A folder that is not the model: files that it lacks, or that have other sizes.
    case other(lacking: [String])
    case complete
  }

  /// Without a slash at its end.
  package let path: String
  package let model: CatalogueModel

  package init(_ path: String, _ model: CatalogueModel) {
    self.path = Folder.withoutSlash(path)
    self.model = model
  }

  /// Where its files are until all are there.
  package var partialPath: String { path + ".partial" }

  package var state: State {
    let names = (try? Folder.names(in: path)) ?? []
    if !names.isEmpty {
      let lacking = model.files.filter { file in
        !names.contains(file.name)
          || file.exactSize.map { $0 != FileSize.ofAny(path + "/" + file.name) } ?? false
      }
      return lacking.isEmpty ? .complete : .other(lacking: lacking.map(\.name))
    }
    let parts = ((try? Folder.names(in: partialPath)) ?? []).map { partialPath + "/" + $0 }
    let bytes = parts.reduce(0) { $0 + FileSize.ofAny($1) }
    return bytes == 0 ? .missing : .partial(bytes: bytes)
  }
}

/// Variables that say where things are. One that is empty counts as one that is not set, as for the shell's `:-`.
package struct Environment: Sendable {
  /// The process's own.
  package static let process = Environment { System.environment($0) }

  private let variable: @Sendable (String) -> String?

  package init(_ variable: @escaping @Sendable (String) -> String?) { self.variable = variable }

  package subscript(name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }

  /// Where the user's programs keep what can be had again.
  var caches: String? { self["XDG_CACHE_HOME"] ?? self["HOME"].map { $0 + "/.cache" } }
}
