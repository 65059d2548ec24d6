import ArgumentParser
import GPT2BinaryFiles

/// What an option of `train` takes, for those who write it into a file.
enum OptionKind: Sendable {
  case flag
  case wholeNumber
  case number
  /// One of these words, or any where there are none.
  case words([String])

  init<Value: ExpressibleByArgument>(of type: Value.Type) {
    switch type {
    case is any BinaryInteger.Type: self = .wholeNumber
    case is any BinaryFloatingPoint.Type: self = .number
    default: self = .words(type.allValueStrings)
    }
  }

  /// For an error: "a whole number".
  var words: String {
    switch self {
    case .flag: "true or false"
    case .wholeNumber: "a whole number"
    case .number: "a number"
    case .words(let words): words.isEmpty ? "a text in quotes" : "one of " + words.joined(separator: ", ")
    }
  }

  /// The value as a command line has it; `nil` if it is of another type. Whether it is in its range is asked later.
  func text(of value: JSONValue) -> String? {
    switch (self, value) {
    case (.flag, .bool(let value)): "\(value)"
    case (.wholeNumber, .integer(let value)), (.number, .integer(let value)): "\(value)"
    case (.number, .number(let value)): "\(value)"
    // Some words are digits: recompute 0, 1 and 2.
    case (.words(let words), .integer(let value)): words.contains("\(value)") ? "\(value)" : nil
    case (.words(let words), .string(let text)):
      (words.isEmpty || words.contains(text)) && !text.utf8.contains(0) ? text : nil
    default: nil
    }
  }

  /// Whether a text is such a value, as a run's record has them.
  func takes(_ text: String) -> Bool {
    switch self {
    case .flag: ["true", "false"].contains(text)
    case .wholeNumber: Int(text) != nil
    case .number: Double(text) != nil
    case .words(let words): words.isEmpty || words.contains(text)
    }
  }
}
