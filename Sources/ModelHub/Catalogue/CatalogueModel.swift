import GPT2TextFormatting

/// A model that is known by name.
package struct CatalogueModel: Equatable, Sendable {
  package let name: String
  /// Other names of it; its repository's is one, too.
  package let aliases: [String]
  /// "124M", as people say it.
  package let parameters: String
  /// Hugging Face's, as owner/name.
  package let repository: String
  /// Of the repository, as git names it, so that the model stays what it is.
  package let revision: String
  /// The weights last, since they take long.
  package let files: [RemoteFile]

  package init(
    name: String, aliases: [String] = [], parameters: String = "", repository: String, revision: String,
    files: [RemoteFile]
  ) {
    self.name = name
    self.aliases = aliases
    self.parameters = parameters
    self.repository = repository
    self.revision = revision
    self.files = files
  }

  package var names: [String] { [name, repository] + aliases }

  /// Bytes of all files, as far as they are known.
  package var expectedSize: Int { files.reduce(0) { $0 + $1.expectedSize } }

  /// "526 MiB".
  package var sizeText: String { DecimalText.bytes(expectedSize) }
}
