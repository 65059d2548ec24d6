import ArgumentParser
import GPT2Benchmarks
import GPT2BinaryFiles
import GPT2Kernels
import GPT2Terminal
import GPT2Transformer
import GPT2WeightFormats

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how near the model comes to what this machine can do.",
    discussion: """
      Measures the machine's peaks first, of arithmetic and of memory. Then, on random weights:

        ops      every operation by itself, as in training, a prompt and a token
        train    a training step and its stages
        prefill  the pass over a prompt
        decode   tokens after the prompt
        growth   training steps of ever longer sequences, then of ever more
        scaling  a training step, a prompt and a token on 1, 2, 4, ... threads
        cluster  by itself: a training step, and what a run takes on many machines

        gpt2 bench
        gpt2 bench ops train --batch-size 8 --precision bf16
        gpt2 bench growth --quick

      Times are medians of several runs after one that is not counted. Multiply-adds count as two operations, \
      attention as its causal half; what is computed or moved again counts once. "of peak" is the least time \
      that the peaks of these threads allow, as a share of the time taken; small operations whose data are \
      in the caches may pass 100 % of the memory's.

      "cluster" measures batches, the optimizer and the additions of gradients, and computes from these and the --latency \
      and --bandwidth of a network how long an update takes on so many --machines, how much of it is spent waiting for \
      gradients, and how long 10 billion tokens take and what they cost:

        gpt2 bench cluster -b 4 -t 1024 --precision bf16 --bandwidth 10 --price 1.50

      --thresholds FILE holds the shares of the peaks against those that a file demands, measures up to \
      \(ThresholdCheck.greatestTries) times where one is missed, and ends with 1 if one still is. What is not named is \
      measured as the file has it:

        gpt2 bench --thresholds dev/thresholds.json

      Under mpirun (a build of `make mpi`) it also measures the ways between the processes there, and holds the computed \
      time of an update against the time that the trainer takes:

        mpirun -n 4 gpt2 bench cluster --threads 1
      """)

  @Argument(help: "What to measure; everything but growth, scaling and cluster if nothing is named.")
  var parts: [BenchmarkPart] = []

  @Option(name: .shortAndLong, help: "Size of the model: d12 is GPT-2 124M.")
  var model = "d12"

  @Option(name: .shortAndLong, help: "B: sequences in a training step.")
  var batchSize = 4

  @Option(
    name: [.customShort("t"), .long],
    help: "T: tokens of each: 64 if not given, or all positions if these are fewer.")
  var sequenceLength: Int?

  @Option(help: "Tokens of the prompt: 512 if not given, or all positions if these are fewer.")
  var promptLength: Int?

  @OptionGroup var precisionOptions: PrecisionOptions

  @Option(help: "How weights are stored for prefill and decode.")
  var weights: WeightFormat = .fp32

  @Option(help: "Tokens to generate for decode: 16 if not given, 4 if quick.")
  var generatedTokens: Int?

  @Option(help: "Runs that a median is taken of: 7 if not given, 3 if quick.")
  var repetitions: Int?

  @Option(help: "MiB of memory to measure bandwidth on; much more than the last cache holds.")
  var memory = 512

  @Flag(help: "Fewer runs and fewer tokens: figures are rougher.")
  var quick = false

  @Option(help: "Positions of the model.")
  var positions = 1024

  @Option(help: "Tokens of the vocabulary.")
  var vocabularySize = ModelSize.vocabularySize

  @Option(
    help: "File with the shares of the peaks that must be kept; exit code 1 if one is not.",
    completion: .file(extensions: ["json"]))
  var thresholds: String?

  @OptionGroup(title: "Of cluster") var cluster: ClusterOptions
  @OptionGroup var threadOptions: ThreadOptions
  @OptionGroup var detail: DetailOptions

  @Flag(help: "Print one JSON object: seconds, operations and bytes.")
  var json = false

  func validate() throws {
    guard ModelSize(descriptor: model) != nil else {
      throw ValidationError("--model is \(model), expected one of \(ModelSize.descriptors).")
    }
    try batchSize.check("--batch-size", from: 1, to: 1 << 20)
    try repetitions?.check("--repetitions", from: 1, to: 1_000_000)
    try generatedTokens?.check("--generated-tokens", from: 1, to: 1_000_000)
    try positions.check("--positions", from: 1, to: 1 << 24)
    // One token alone is always right, and there is no gradient to time.
    try vocabularySize.check("--vocabulary-size", from: 2, to: 1 << 24)
    guard (1...1 << 20).contains(memory) else {
      throw ValidationError("--memory is \(memory), expected a number of MiB from 1 to \(1 << 20).")
    }
    for (option, length) in [("--sequence-length", sequenceLength), ("--prompt-length", promptLength)] {
      guard let length, !(1...positions).contains(length) else { continue }
      throw ValidationError("\(option) is \(length), expected a number from 1 to the \(positions) positions.")
    }
    if parts.contains(.cluster) {
      guard parts == [.cluster] else {
        throw ValidationError("cluster is measured by itself; leave the other words out.")
      }
      if thresholds != nil { throw ValidationError("--thresholds is not for cluster.") }
      let length = sequenceLength ?? BenchmarkSettings.sequenceLength(positions: positions)
      try cluster.check(tokensPerBatch: batchSize * length)
    } else if let option = cluster.named {
      throw ValidationError("\(option) is for cluster, which was not named.")
    }
  }

  func run() throws {
    let settings = try settings()
    if parts == [.cluster] { return try ClusterCommand(cluster, settings, asJSON: json).run() }
    let usual: [BenchmarkPart] = [.ops, .train, .prefill, .decode]
    var parts = Set(self.parts.isEmpty ? usual : self.parts)
    var check: ThresholdCheck?
    if let thresholds {
      let set = try thresholdSet(for: settings, in: thresholds)
      parts = set.parts
      check = ThresholdCheck(set)
    }
    try MemoryShortage.check(benchmark: settings.bytesNeeded(for: parts))
    var progress = ProgressLine()
    Interruption.watch()
    let benchmark = Benchmark(settings) { name in
      if Interruption.isAsked {
        progress.clear()
        throw Exit.interrupted
      }
      progress.show(Progress("timing").saying(name))
    }
    let report = try check?.run(in: thresholds ?? "") { try benchmark.run($0) } ?? benchmark.run(parts)
    progress.clear()
    guard let check else { return try BenchPrinter(report).print(asJSON: json) }
    try ThresholdPrinter(check, report).print(asJSON: json)
    if !check.isKept { throw Exit.checkFailed }
  }

  /// - Throws: `FileError` if the file cannot be used, or has none for what is measured.
  private func thresholdSet(for settings: BenchmarkSettings, in path: String) throws(FileError)
    -> ThresholdSet
  {
    let set = try ThresholdFile(contentsOf: path).set(for: settings, in: path)
    guard !parts.isEmpty else { return set }
    let named = set.only(Set(parts))
    guard !named.thresholds.isEmpty else {
      let words = parts.map(\.rawValue).joined(separator: ", ")
      throw FileError(
        path,
        .mismatch(found: "no thresholds of \(words)", expected: "some", advice: "name other parts, or none"))
    }
    return named
  }

  /// - Throws: `ConfigurationError`
  private func settings() throws -> BenchmarkSettings {
    guard let size = ModelSize(descriptor: model) else { preconditionFailure("checked by validate()") }
    var settings = BenchmarkSettings(
      try size.configuration(vocabularySize: vocabularySize, maximumSequenceLength: positions))
    settings.batchSize = batchSize
    if let sequenceLength { settings.sequenceLength = sequenceLength }
    if let promptLength { settings.promptLength = promptLength }
    settings.workers = threadOptions.workers
    settings.precision = precisionOptions.precision
    settings.weightFormat = weights
    settings.memoryValues = memory << 18
    settings.growth.removeAll { $0.sequenceLength > positions }
    if quick { settings.makeQuick() }
    if let generatedTokens { settings.generatedTokens = generatedTokens }
    if let repetitions { settings.repetitions = repetitions }
    return settings
  }
}

extension BenchmarkPart: ExpressibleByArgument {}
