extension JSONParser {
  /// The object on one line of a file of JSON lines. Half a character in an escape becomes U+FFFD.
  ///
  /// - Parameter number: The line's, for errors.
  /// - Throws: `FileError` with the line if it is no JSON, or another kind of value.
  package static func object(
    line: some Collection<UInt8>, number: Int, path: String
  ) throws(FileError) -> JSONObject {
    let bytes = Array(line)
    let value: JSONValue
    do throws(FileError) {
      value = try parse(bytes, path: path, line: number)
    } catch {
      // Seldom, so that the others need not be searched.
      guard let repaired = LoneSurrogates.replaced(in: bytes) else { throw error }
      value = try parse(repaired, path: path, line: number)
    }
    guard let object = value.object else {
      throw FileError(
        path, .unparsableText(line: number, found: value.summary, expected: "a JSON object on each line"))
    }
    return object
  }

  private static func parse(_ bytes: [UInt8], path: String, line: Int) throws(FileError) -> JSONValue {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try parse(bytes, path: path, line: line) }
    }
    return try result.get()
  }
}
