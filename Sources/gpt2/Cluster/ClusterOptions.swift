import ArgumentParser
import GPT2Benchmarks
import GPT2Communication
import GPT2Kernels
import GPT2Terminal

/// The machines that `bench cluster` says how long a run takes on.
struct ClusterOptions: ParsableArguments {
  @Option(
    help: "A number of machines, a power of two; may be given more than once. 1, 2, 4, ... if not given.")
  var machines: [Int] = []

  @Option(help: "Processes on each machine, a power of two, which share it; 1 if not given.")
  var processesPerMachine: Int?

  @Option(help: "Microseconds that a message takes through the network, one way; 50 if not given.")
  var latency: Double?

  @Option(help: "Gbit/s of a machine's network, each way; 10 if not given.")
  var bandwidth: Double?

  @Option(
    help: "How many times as fast a machine is as this one, in all that it does by itself; 1 if not given.")
  var speed: Double?

  @Option(help: "Instead of --speed: the tokens/s that train shows on one such machine.")
  var tokensPerSecond: Double?

  @Option(name: [.customShort("d"), .long], help: "Tokens that an update learns from; 524288 if not given.")
  var totalBatchSize: Int?

  @Option(help: "Tokens to learn from in all; 1e10 if not given.")
  var tokens: Double?

  @Option(help: "What a machine costs an hour, in any currency.")
  var price: Double?

  @Option(help: "What gradients travel as: fp32 or bf16; fp32 if not given.")
  var gradientPrecision: Precision?

  @Flag(
    inversion: .prefixedNo,
    help: "Whether gradients are exchanged while others are computed; they are if not given.")
  var overlap: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Whether each process updates a share of the weights (ZeRO's first stage); all do if not given.")
  var shardOptimizer: Bool?

  /// An option that was given, if one was.
  var named: String? {
    let given: [(String, Bool)] = [
      ("--machines", !machines.isEmpty), ("--processes-per-machine", processesPerMachine != nil),
      ("--latency", latency != nil), ("--bandwidth", bandwidth != nil), ("--speed", speed != nil),
      ("--tokens-per-second", tokensPerSecond != nil), ("--total-batch-size", totalBatchSize != nil),
      ("--tokens", tokens != nil), ("--price", price != nil),
      ("--gradient-precision", gradientPrecision != nil), ("--overlap", overlap != nil),
      ("--shard-optimizer", shardOptimizer != nil),
    ]
    return given.first(where: \.1)?.0
  }

  func check(tokensPerBatch: Int) throws {
    for (option, value, minimum) in [
      ("--latency", latency, 0), ("--bandwidth", bandwidth, 1e-6), ("--speed", speed, 1e-6),
      ("--tokens-per-second", tokensPerSecond, 1e-6), ("--tokens", tokens, 1), ("--price", price, 0),
    ] {
      guard let value, !(value >= minimum && value <= 1e18) else { continue }
      throw ValidationError("\(option) is \(value), expected a number from \(minimum) to 1e18.")
    }
    if speed != nil, tokensPerSecond != nil {
      throw ValidationError("--speed and --tokens-per-second exclude each other.")
    }
    let total = totalBatchSize ?? ClusterSettings().tokensPerUpdate
    guard total > 0, total % tokensPerBatch == 0 else {
      throw ValidationError(
        "--total-batch-size is \(total), expected a multiple of B x T = \(tokensPerBatch).")
    }
    let processes = processesPerMachine ?? 1
    var cluster = ClusterSettings()
    cluster.processesPerMachine = processes
    for (option, count) in [("--processes-per-machine", processes)] + machines.map({ ("--machines", $0) }) {
      guard count.isPowerOfTwo, count <= 1 << 20 else {
        throw ValidationError("\(option) is \(count), expected a power of two up to \(1 << 20).")
      }
    }
    let possible = cluster.possibleMachines(forBatches: total / tokensPerBatch)
    for count in machines where !possible.contains(count) {
      throw ValidationError(
        "--machines is \(count), expected at most \(possible.last ?? 0), whose processes can share the "
          + "\(total / tokensPerBatch) batches of an update; use a smaller --batch-size.")
    }
    guard !possible.isEmpty else {
      throw ValidationError(
        "--processes-per-machine is \(processes), expected a divisor of the \(total / tokensPerBatch) batches of an "
          + "update; use a smaller --batch-size.")
    }
  }

  /// - Parameter figures: What was measured of this machine.
  func settings(_ figures: ClusterFigures, tokensPerBatch: Int) -> ClusterSettings {
    var settings = ClusterSettings()
    settings.processesPerMachine = processesPerMachine ?? 1
    if let latency { settings.network.latency = latency * 1e-6 }
    if let bandwidth { settings.network.bandwidth = bandwidth * 1e9 / 8 }
    let here = Double(tokensPerBatch) / (figures.wholeMachine.forward + figures.wholeMachine.backward)
    settings.speed = speed ?? tokensPerSecond.map { $0 / here } ?? settings.speed
    settings.tokensPerUpdate = totalBatchSize ?? settings.tokensPerUpdate
    settings.tokens = tokens ?? settings.tokens
    settings.price = price
    // Processes of one machine are each other's neighbours.
    if figures.processesPerMachine > 1, let local = figures.links.first { settings.local = local }
    let possible = settings.possibleMachines(forBatches: settings.tokensPerUpdate / tokensPerBatch)
    settings.machines = machines.isEmpty ? Array(possible.prefix(8)) : machines
    return settings
  }
}
