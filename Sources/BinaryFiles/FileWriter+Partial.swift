import GPT2Platform

// The names of files that are being written. They are short: beside every file whose name the system takes there can be
// one, also where it takes no more than 143 bytes.
extension FileWriter {
  /// In the name of a file that is being written, between the target's name and random letters.
  package static let partialMark = ".partial-"

  /// Names longer than this are cut.
  private static let greatestStem = 120
  /// Bytes of a name that is cut.
  private static let cutStem = 80

  /// A name for what is to be `whole`, which no other writer has, in this process or another.
  package static func partialName(of whole: String) -> String {
    stem(of: whole) + partialMark + String(UInt32.random(in: 0 ... .max), radix: 36)
  }

  /// Whether a file of that name is one that a writer has begun and not ended.
  package static func isPartial(_ name: String) -> Bool { wholeName(ofPartial: name) != nil }

  /// Whether it is one that is to be `whole`.
  package static func isPartial(_ name: String, of whole: String) -> Bool {
    // By bytes: to Swift two names that look alike are equal.
    wholeName(ofPartial: name).map { Array($0.utf8) == Array(stem(of: whole).utf8) } ?? false
  }

  /// What the file is to be called; of a very long name its beginning and a checksum, for which see `isPartial(_:of:)`.
  ///
  /// - Returns: `nil` if the file is none that a writer has begun.
  package static func wholeName(ofPartial name: String) -> String? {
    guard let mark = name.ranges(of: partialMark).last, mark.lowerBound > name.startIndex else { return nil }
    let letters = name[mark.upperBound...].utf8
    let isOurs = letters.allSatisfy {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
    }
    return isOurs && 1...7 ~= letters.count ? String(name[..<mark.lowerBound]) : nil
  }

  /// What a partial name begins with.
  private static func stem(of whole: String) -> String {
    guard whole.utf8.count > greatestStem else { return whole }
    var start = String.UnicodeScalarView()
    var count = 0
    for scalar in whole.unicodeScalars {
      count += UTF8.width(scalar)
      guard count <= cutStem else { break }
      start.append(scalar)
    }
    var hash = XXHash64()
    PathText.bytes(of: whole).withUnsafeBytes { hash.update($0) }
    return "\(String(start))~\(String(hash.value, radix: 36))"
  }
}
