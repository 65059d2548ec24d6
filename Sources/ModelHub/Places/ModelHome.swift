/// Where models are fetched from.
package struct ModelHome: Equatable, Sendable {
  private enum Layout: Equatable { case hub, folder }

  private let base: String
  private let layout: Layout
  /// Sent to the server with each request; `nil` for none.
  let token: String?

  /// Hugging Face, or the mirror that `HF_ENDPOINT` names, with the token in `HF_TOKEN`; as huggingface_hub has these.
  ///
  /// - Throws: `FetchError` if a variable holds something else.
  package init(environment: Environment = .process) throws(FetchError) {
    base = try Self.checked(environment["HF_ENDPOINT"] ?? "https://huggingface.co")
    layout = .hub
    token = environment["HF_TOKEN"]
    let isWord = token?.utf8.allSatisfy { (0x21...0x7E).contains($0) } ?? true
    guard isWord, token?.utf8.count ?? 0 <= 512 else { throw FetchError("HF_TOKEN", .notAToken) }
  }

  /// A folder that holds a model's files, on a server or, as `file:///folder`, on this machine. No token is sent there.
  ///
  /// - Throws: `FetchError` if it is no address.
  package init(folder address: String) throws(FetchError) {
    base = try Self.checked(address)
    layout = .folder
    token = nil
  }

  /// Whether it is laid out as Hugging Face, and answers as it does.
  var isHub: Bool { layout == .hub }

  package func address(of file: RemoteFile, of model: CatalogueModel) -> String {
    switch layout {
    case .hub: "\(base)/\(model.repository)/resolve/\(model.revision)/\(file.name)"
    case .folder: "\(base)/\(file.name)"
    }
  }

  /// Without slashes at its end, and with what an address may not hold as it is, such as spaces, in its escapes.
  private static func checked(_ address: String) throws(FetchError) -> String {
    let schemes = ["https://", "http://", "file:///"]
    guard let scheme = schemes.first(where: { address.lowercased().hasPrefix($0) }),
      scheme == "file:///" || address.utf8.count > scheme.utf8.count
    else { throw FetchError(address, .notAnAddress) }
    var escaped = ""
    for byte in address.utf8 {
      let isPlain = (0x21...0x7E).contains(byte) && !#""<>\^`{|}"#.utf8.contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      escaped += isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
    }
    while escaped.hasSuffix("/") { escaped.removeLast() }
    return escaped
  }
}
