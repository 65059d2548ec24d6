/// The four kinds of character that GPT-2's splitting pattern tells apart.
enum CharacterClass: UInt8 {
  /// `[^\s\p{L}\p{N}]`, and every byte that is not part of valid UTF-8.
  case other
  /// `\p{L}`: a general category of letters.
  case letter
  /// `\p{N}`: a general category of numbers.
  case number
  /// `\s`: the property White_Space.
  case space

  /// The class of a Unicode scalar value, by the tables of Swift's standard library.
  ///
  /// Characters newer than Unicode 16.0 count as unassigned, as they do for tiktoken's regular expressions,
  /// so that both give the same tokens. That is only right if the standard library knows at least 16.0.
  init(of value: UInt32) {
    guard let properties = Unicode.Scalar(value)?.properties else {
      self = .other
      return
    }
    let kind: CharacterClass
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: kind = .letter
    case .decimalNumber, .letterNumber, .otherNumber: kind = .number
    default:
      self = properties.isWhitespace ? .space : .other
      return
    }
    let isKnown = properties.age.map { ($0.major, $0.minor) <= (16, 0) } ?? false
    self = isKnown ? kind : .other
  }
}

/// The classes of characters, looked up once a process: a property costs some 50 ns, all of the Basic Multilingual Plane
/// some milliseconds, which ASCII does not wait for.
struct CharacterClassTable: @unchecked Sendable {
  // `@unchecked`: nothing is written to the tables after they are made.
  private let ascii = Self.ascii

  /// - Precondition: `byte` is below 0x80.
  subscript(ascii byte: UInt8) -> CharacterClass { ascii[Int(byte)] }

  subscript(value: UInt32) -> CharacterClass {
    if value < Self.asciiCount { return ascii[Int(value)] }
    return value < Self.planeCount ? Self.plane[Int(value)] : CharacterClass(of: value)
  }

  private static let asciiCount: UInt32 = 0x80
  private static let planeCount: UInt32 = 0x1_0000
  private nonisolated(unsafe) static let ascii = table(of: asciiCount)
  private nonisolated(unsafe) static let plane = table(of: planeCount)

  /// The classes of the characters below `count`, which are never freed.
  private static func table(of count: UInt32) -> UnsafePointer<CharacterClass> {
    let classes = UnsafeMutablePointer<CharacterClass>.allocate(capacity: Int(count))
    for value in 0..<count { (classes + Int(value)).initialize(to: CharacterClass(of: value)) }
    return UnsafePointer(classes)
  }
}
