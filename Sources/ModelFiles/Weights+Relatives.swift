import GPT2BinaryFiles
import GPT2Transformer

// What GPT-2 has not, and most formats therefore cannot say.
extension Weights {
  /// Each thing by which the model is a relative of GPT-2 and not one: "n_inner = 40".
  package var differences: [String] {
    configuration.differences(hasOwnClassifier: ownClassifier != nil)
  }

  /// - Parameter kind: Of a file that can only say `known` of the differences: "llm.c's checkpoint".
  /// - Throws: `FileError` with what it cannot say.
  func checkStorable(
    _ path: String, in kind: String, knowing known: (String) -> Bool = { _ in false }
  ) throws(FileError) {
    let unknown = differences.filter { !known($0) }
    guard unknown.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "a model with \(unknown.joined(separator: ", "))", expected: "what \(kind) can say",
          advice: "name a Hugging Face folder, with a / at its end"))
    }
  }
}

extension Configuration {
  func differences(hasOwnClassifier: Bool) -> [String] {
    variant.differences + (hasOwnClassifier ? ["a head of its own"] : [])
  }

  /// - Throws: `FileError` with what training cannot do.
  func checkTrainable(_ path: String, hasOwnClassifier: Bool) throws(FileError) {
    let differences = differences(hasOwnClassifier: hasOwnClassifier)
    guard differences.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "a model with \(differences.joined(separator: ", "))",
          expected: "GPT-2 itself to be trained",
          advice: "generate with it, evaluate or convert it, or train another"))
    }
  }
}
