import GPT2BinaryFiles

/// The losses that EurekaLabsAI/mlp's mlp_numpy.py printed, with the settings that it ran with; written by
/// dev/reference/lessons/mlp.py.
package struct NeuralNGramTrace: Sendable {
  package let shape: NeuralNGramShape
  package let settings: NeuralNGramSettings
  package let evaluations: [NeuralNGramEvaluation]
  package let testLoss: Double
  /// Its prompt, and the 200 letters that it drew after it.
  package let sample: String

  /// - Throws: `FileError` if the file cannot be read or is no such trace.
  package init(contentsOf path: String) throws(FileError) {
    let reader = Reader(path: path, object: try JSONParser.object(contentsOf: path))
    shape = NeuralNGramShape(
      vocabularySize: try reader.size("vocabulary_size"), contextLength: try reader.size("context_length"),
      embeddingSize: try reader.size("embedding_size"), hiddenSize: try reader.size("hidden_size"))
    var settings = NeuralNGramSettings()
    settings.steps = try reader.size("num_steps")
    settings.batchSize = try reader.size("batch_size")
    settings.evaluationInterval = try reader.size("evaluation_interval")
    settings.learningRate = try reader.number("learning_rate")
    self.settings = settings
    let steps = try reader.numbers("steps")
    let training = try reader.numbers("training_losses")
    let validation = try reader.numbers("validation_losses")
    guard training.count == steps.count, validation.count == steps.count else {
      throw reader.error(
        "lists of losses", found: "lists of different lengths", expected: "one of each for a step")
    }
    var evaluations: [NeuralNGramEvaluation] = []
    for (index, number) in steps.enumerated() {
      guard let step = Int(exactly: number) else {
        throw reader.error("steps", found: "\(number)", expected: "whole numbers")
      }
      evaluations.append(
        NeuralNGramEvaluation(step: step, trainingLoss: training[index], validationLoss: validation[index]))
    }
    self.evaluations = evaluations
    testLoss = try reader.number("test_loss")
    sample = try reader.text("sample")
  }

  /// The largest difference of a loss from the trace's; infinite if other steps were evaluated, or one is no number.
  package func largestDifference(from others: [NeuralNGramEvaluation], testLoss: Double) -> Double {
    guard others.map(\.step) == evaluations.map(\.step) else { return .infinity }
    let differences = zip(others, evaluations).flatMap {
      [$0.trainingLoss - $1.trainingLoss, $0.validationLoss - $1.validationLoss]
    }
    return (differences + [testLoss - self.testLoss]).reduce(0) {
      $1.isNaN ? .infinity : max($0, abs($1))
    }
  }

  /// The members of the file's object, each of the kind that is asked for.
  private struct Reader {
    let path: String
    let object: JSONObject

    func size(_ name: String) throws(FileError) -> Int {
      guard let value = object[name]?.integer, value > 0 else {
        throw error(name, expected: "a whole number above 0")
      }
      return value
    }

    func number(_ name: String) throws(FileError) -> Double {
      guard let value = object[name]?.double else { throw error(name, expected: "a number") }
      return value
    }

    func text(_ name: String) throws(FileError) -> String {
      guard let value = object[name]?.string else { throw error(name, expected: "a string") }
      return value
    }

    func numbers(_ name: String) throws(FileError) -> [Double] {
      guard let values = object[name]?.array else { throw error(name, expected: "a list of numbers") }
      let numbers = values.compactMap(\.double)
      guard numbers.count == values.count else { throw error(name, expected: "a list of numbers") }
      return numbers
    }

    func error(_ name: String, found: String? = nil, expected: String) -> FileError {
      let found = found ?? object[name]?.summary ?? "nothing"
      return FileError(
        path,
        .mismatch(
          found: "\(name): \(found)", expected: expected,
          advice: "write it again with dev/reference/lessons/mlp.py"))
    }
  }
}
