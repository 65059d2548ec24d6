import GPT2BinaryFiles

extension Gallery {
  /// What a picture's `values` are, for the page's script.
  ///
  /// - Parameter value: Of plain numbers and texts, which can all be encoded.
  static func json(_ value: some Encodable) -> String { (try? JSONCoding.line(value)) ?? "null" }
}
