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

/// The classes of the Basic Multilingual Plane, looked up once: a property costs some 50 ns.
final class CharacterClassTable: @unchecked Sendable {
  // `@unchecked`: written by `init` only.
  private let classes: UnsafeMutablePointer<CharacterClass>
  private static let count: UInt32 = 0x1_0000

  init() {
    classes = .allocate(capacity: Int(Self.count))
    for value in 0..<Self.count { (classes + Int(value)).initialize(to: CharacterClass(of: value)) }
  }

  deinit { classes.deallocate() }

  subscript(ascii byte: UInt8) -> CharacterClass { classes[Int(byte)] }

  subscript(value: UInt32) -> CharacterClass {
    value < Self.count ? classes[Int(value)] : CharacterClass(of: value)
  }
}
