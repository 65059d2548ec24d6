/// What a server says of a file before it sends it.
struct ServerStatement: Equatable {
  private(set) var size: Int?
  private(set) var checksum: Checksum?

  /// Reads the heads of all answers on the way to a file, as `curl --head --location` prints them.
  ///
  /// Hugging Face's own answer, with which it leads elsewhere, names a large file's size and SHA-256, and the SHA-1 by
  /// which git knows a small one. Without these the last answer's count, if it is no refusal.
  ///
  /// - Parameter tagsAreChecksums: Whether a plain ETag is such a SHA-1, as Hugging Face's is; elsewhere it may be
  ///   anything of as many digits.
  init(heads: String, tagsAreChecksums: Bool) {
    var last: [String: String] = [:]
    var lastIsRefusal = false
    for line in heads.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).map(String.init) {
      if line.hasPrefix("HTTP/") {
        last = [:]
        lastIsRefusal = line.split(separator: " ").dropFirst().first?.first != "2"
      }
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].lowercased()
      let value = String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
      last[name] = value
      // The first of several is that of the server that was asked.
      if name == "x-linked-size" { size = size ?? Self.size(value) }
      if name == "x-linked-etag" { checksum = checksum ?? Self.checksum(value) }
    }
    guard !lastIsRefusal else { return }
    size = size ?? last["content-length"].flatMap(Self.size)
    if tagsAreChecksums { checksum = checksum ?? last["etag"].flatMap(Self.checksum) }
  }

  private static func size(_ text: String) -> Int? { Int(text).flatMap { $0 >= 0 ? $0 : nil } }

  /// Of a tag in quotes, perhaps with W/ before them.
  private static func checksum(_ tag: String) -> Checksum? {
    let text = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    return Checksum(String(text.filter { $0 != "\"" }))
  }
}
