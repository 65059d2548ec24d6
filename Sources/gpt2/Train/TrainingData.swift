import ArgumentParser
import GPT2BinaryFiles
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

/// What a run learns from and is measured on.
struct TrainingData {
  let replicas: ReplicaData
  let validation: (any BatchSource)?
  /// What tells it apart from other data.
  let signature: [UInt64]
  /// Where it is from.
  let name: String
  /// How much there is: "1024 tokens".
  let words: String
  /// Positions of all batches that show all of it once.
  private let positions: Int
  /// What samples answer.
  let prompt: [Int32]

  /// Token files.
  ///
  /// - Parameter documentStart: The token that documents begin with, if the run is to know where.
  init(
    _ command: TrainCommand, sequenceLength: Int, replicas: Int, documentStart: Int32?,
    _ configuration: Configuration
  ) throws {
    func loader(_ pattern: String, shuffles: Bool, replica: Int = 0, of replicas: Int = 1) throws
      -> DataLoader
    {
      try DataLoader(
        pattern: pattern, batchSize: command.batches.batchSize, sequenceLength: sequenceLength,
        shuffling: shuffles, processRank: replica, processCount: replicas,
        // The files are the same for all.
        vocabularySize: replica > 0 ? nil : configuration.vocabularySize)
    }
    // That of instructions has none; the command has checked that there are data.
    let data = command.data ?? ""
    let isOverfitting = command.isOverfitting
    let loaders = try (0..<replicas).map { replica in
      try loader(
        isOverfitting ? command.validation ?? data : data,
        shuffles: command.batches.shuffle && !isOverfitting, replica: replica, of: replicas)
    }
    self.replicas = ReplicaData(loaders)
    let training = loaders[0]
    if let documentStart { try training.checkDocuments(beginningWith: documentStart) }
    signature = training.signature
    validation = try command.validation.map { try loader($0, shuffles: false) }
    name = training.pattern
    words = "\(training.tokensInAllShards) tokens"
    positions = training.tokensInAllShards
    prompt = []
  }

  /// Instructions.
  ///
  /// - Throws: `ValidationError` for more than one replica.
  init(_ command: TrainCommand, _ data: InstructionData, sequenceLength: Int, replicas: Int) throws {
    guard replicas == 1 else {
      throw ValidationError("--instructions are learnt in one process and replica, found \(replicas).")
    }
    func loader(_ part: InstructionData.Part, shuffles: Bool) throws -> InstructionLoader {
      let examples = part.examples.fitting(sequenceLength)
      let tooLong = part.examples.count - examples.count
      if tooLong > 0 {
        Diagnostics.write(
          "gpt2: note: \(part.path): left out \(tooLong) of \(part.examples.count) examples, which have more than "
            + "\(sequenceLength + 1) tokens; --sequence-length takes longer ones")
      }
      return try InstructionLoader(
        examples, from: part.path, batchSize: command.batches.batchSize, sequenceLength: sequenceLength,
        shufflingBy: shuffles ? command.seed : nil, padding: Int32(data.tokenizer.endOfText))
    }
    let isOverfitting = command.isOverfitting
    let training = try loader(
      isOverfitting ? data.validation ?? data.training : data.training,
      shuffles: command.batches.shuffle && !isOverfitting)
    self.replicas = ReplicaData(training)
    signature = [UInt64(training.exampleCount), UInt64(training.tokenCount)]
    validation = try data.validation.map { try loader($0, shuffles: false) }
    name = training.path
    words =
      "\(training.exampleCount) examples of \(training.tokenCount) tokens, \(training.learntCount) of them answers"
    positions = training.batchesPerEpoch * training.batchSize * sequenceLength
    prompt = (data.validation ?? data.training).examples.fitting(sequenceLength).first?.prompt ?? []
  }

  /// Steps to see all of it once: llm.c's count, by which its scripts know the name of the last checkpoint.
  func steps(by plan: TrainingPlan) -> Int { plan.steps(over: positions) }
}
