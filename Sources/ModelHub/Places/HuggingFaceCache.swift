import GPT2BinaryFiles
import GPT2Platform

/// Where huggingface_hub, and with it transformers, keeps what it has fetched:
/// `models--OWNER--NAME/snapshots/REVISION/FILE`.
package struct HuggingFaceCache: Equatable, Sendable {
  package let root: String

  /// As huggingface_hub finds it: `$HF_HUB_CACHE`, else `$HF_HOME/hub`, else `huggingface/hub` among the caches.
  ///
  /// - Returns: `nil` if nothing says where it is.
  package init?(environment: Environment = .process) {
    if let named = environment["HF_HUB_CACHE"] {
      root = named
    } else if let home = environment["HF_HOME"] ?? environment.caches.map({ $0 + "/huggingface" }) {
      root = home + "/hub"
    } else {
      return nil
    }
  }

  /// The folder of a model that is there with its configuration and weights: of the revision that the catalogue names,
  /// else of the one that the cache's owner has fetched last.
  package func folder(of model: CatalogueModel) -> String? {
    // Under its name alone a model was kept before it had an owner.
    for repository in [model.repository, model.name] {
      let folder = root + "/models--" + repository.split(separator: "/").joined(separator: "--")
      let revisions = [model.revision] + (Self.mainRevision(in: folder).map { [$0] } ?? [])
      for revision in revisions {
        let snapshot = folder + "/snapshots/" + revision
        if Self.isModel(snapshot) { return snapshot }
      }
    }
    return nil
  }

  private static func mainRevision(in folder: String) -> String? {
    guard let file = try? MappedFile(path: folder + "/refs/main"), file.count == 40 else { return nil }
    let revision = String(decoding: file.bytes, as: UTF8.self)
    withExtendedLifetime(file) {}
    return Checksum(revision)?.digits
  }

  private static func isModel(_ folder: String) -> Bool {
    func has(_ name: String) -> Bool { FileSystem.allows(R_OK, folder + "/" + name) }
    return has("config.json") && (has("model.safetensors") || has("pytorch_model.bin"))
  }
}
