import Foundation
import Testing
import GPT2Transformer

@testable import GPT2Benchmarks

/// Times on paper, against sums by hand.
@Suite struct ClusterModelTests {
  private static func isClose(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-9 * abs(expected)
  }

  /// 8 values over two links: 4 over the first, 2 over the second, there and later back.
  @Test func eachStepSendsHalfOfTheOneBefore() {
    let exchange = ExchangeModel(
      links: [
        NetworkLink(latency: 0.5, bandwidth: 8), NetworkLink(latency: 3, bandwidth: 2),
      ], secondsPerValue: 0.125)
    #expect(exchange.processes == 4)
    #expect(exchange.valuesSent(of: 8) == 6)
    // 0.5 + 4·4/8, then 3 + 2·4/2, and 6 values at 0.125.
    #expect(exchange.seconds(of: 8, bytesPerValue: 4) == 2.5 + 7 + 0.75)
    // Half of the bytes, and all the rest as before.
    #expect(exchange.seconds(of: 8, bytesPerValue: 2) == 1.5 + 5 + 0.75)
  }

  @Test func longVectorsTravelInBlocks() {
    let exchange = ExchangeModel(
      links: [NetworkLink(latency: 1, bandwidth: Double(1 << 22))], secondsPerValue: 0)
    // 2.5 blocks of 4 MiB: three of them, each three times through the network, and 2.5 s for the bytes.
    #expect(exchange.seconds(of: 5 * Double(1 << 20), bytesPerValue: 4) == 9 + 2.5)
    // 16 values more do not fill a message that has to be announced.
    let rest = 1 + 64 / Double(1 << 22)
    #expect(Self.isClose(exchange.seconds(of: 4_194_304 + 32, bytesPerValue: 4), 8 + rest))
  }

  @Test func oneProcessHasNothingToExchange() {
    let exchange = ExchangeModel(links: [], secondsPerValue: 1)
    #expect(exchange.processes == 1 && exchange.valuesSent(of: 100) == 0)
    #expect(exchange.seconds(of: 100, bytesPerValue: 4) == 0)
    let update = Self.model.update(over: [])
    // 8 batches of 3 s, and the optimizer.
    #expect(update.seconds == 24 + 1.5)
    #expect(update.waiting == 0 && update.bytesSent == 0)
  }

  /// A process of four threads, 12 values in three parts, 8 batches an update.
  private static let model = ClusterModel(
    process: ClusterModel.Process(
      forward: 1, backward: 2, norm: 0.5, update: 1, perValue: 0.25, threads: 4),
    gradients: [
      ReadyGradients(values: 2, time: 0.25), ReadyGradients(values: 4, time: 0.5),
      ReadyGradients(values: 6, time: 1),
    ], batches: 8)
  private static let link = NetworkLink(latency: 0, bandwidth: 16)

  @Test func afterThePassAllIsWaitedFor() {
    var model = Self.model
    model.overlaps = false
    let update = model.update(over: [Self.link])
    #expect(update.computing == 12)
    // Each way 6 values of 4 bytes at 16 bytes/s, and 6·0.25 s to add them.
    #expect(update.exchange == 2 * (1.5 + 1.5))
    #expect(update.waiting == update.exchange)
    #expect(update.optimizing == 1.5)
    #expect(update.bytesSent == 2 * 6 * 4)
    #expect(Self.isClose(update.waitingShare, 6 / 19.5))
    model.gradientBytes = 2
    #expect(model.update(over: [Self.link]).waiting == 2 * (0.75 + 1.5))
  }

  /// Parts take 1, 2 and 3 s. The first begins at 0.5 s of 2 and ends at 1.5; the second, ready at 1, ends at 3.5; the last
  /// at 6.5. Of 6 s 4.5 are waited for, and a quarter of 3 s of additions is taken from the pass by one thread of four.
  @Test func besideThePassPartsGoOneAfterAnother() {
    let update = Self.model.update(over: [Self.link])
    #expect(update.exchange == 6)
    #expect(Self.isClose(update.waiting, 4.5 + 3 * 0.25 / 4))
    // With a pass that is long enough only the last part is.
    var slow = Self.model
    slow.process.backward = 200
    #expect(Self.isClose(slow.update(over: [Self.link]).waiting, 3 + 3 * 0.5 / 4))
  }

  /// Gradients go one way; then a half of the optimizer's work is done, and the weights come back in fp32.
  @Test func aShardedOptimizerGathersWeights() {
    var model = Self.model
    (model.overlaps, model.shardsOptimizer, model.gradientBytes) = (false, true, 2)
    let update = model.update(over: [Self.link])
    #expect(update.optimizing == 0.75)
    #expect(update.waiting == (0.75 + 1.5) + (1.5 + 1.5))
    #expect(update.bytesSent == 6 * (2 + 4))
  }

  @Test func gradientsOfAModelAreAllThere() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 1024, vocabularySize: 50257, layers: 12, heads: 12, channels: 768)
    for lateRows in [50304, 1000] {
      let gradients = ReadyGradients.all(
        configuration, batchSize: 4, sequenceLength: 1024, lateRows: lateRows)
      #expect(gradients.count == 14)
      #expect(gradients.reduce(0) { $0 + $1.values } == 124_475_904)
      // 12·768² + 13·768: four matrices, their biases and two norms.
      #expect(gradients[1].values == 7_087_872)
      #expect(gradients.last == ReadyGradients(values: (lateRows + 1024) * 768, time: 1))
      #expect(gradients.map(\.time) == gradients.map(\.time).sorted())
      // 6·38.63M of 6·38.63M + 4·(84.93M + 12·768·1024) operations a token.
      #expect(abs(gradients[0].time - 0.3805) < 0.0005)
    }
  }

  /// Two machines with two processes each: one step within a machine, one between them at half the bandwidth.
  @Test func processesOfAMachineShareItsLine() {
    var settings = ClusterSettings()
    settings.processesPerMachine = 2
    settings.local = NetworkLink(latency: 1, bandwidth: 100)
    settings.network = NetworkLink(latency: 2, bandwidth: 10)
    #expect(
      settings.links(machines: 4) == [
        NetworkLink(latency: 1, bandwidth: 100), NetworkLink(latency: 2, bandwidth: 5),
        NetworkLink(latency: 2, bandwidth: 5),
      ])
  }

  @Test func daysAndCosts() throws {
    var settings = ClusterSettings()
    settings.machines = [1, 2]
    settings.tokens = 1000
    settings.tokensPerUpdate = 64
    settings.speed = 2
    settings.price = 7.2
    settings.network = Self.link
    var model = Self.model
    model.overlaps = false
    let plans = ClusterPlan.all(model, settings)
    // 16 updates, as 15 are not enough; of half of 25.5 s.
    #expect(plans[0].secondsPerUpdate == 12.75)
    #expect(plans[0].tokensPerSecond == 64 / 12.75)
    #expect(Self.isClose(plans[0].days, 204.0 / 86400))
    #expect(Self.isClose(try #require(plans[0].cost), 204 * 0.002))
    // 6 s for the batches, 3 s for the bytes and half of 3 s for the additions, 0.75 s; two machines.
    #expect(plans[1].secondsPerUpdate == 11.25)
    #expect(Self.isClose(try #require(plans[1].cost), 16 * 11.25 * 0.004))
    #expect(plans.map(\.processes) == [1, 2])
  }

  @Test func theFewestMachines() {
    var settings = ClusterSettings()
    // A run of 25.5 s on one.
    settings.tokens = 64
    settings.tokensPerUpdate = 64
    settings.network = NetworkLink(latency: 0, bandwidth: 1e12)
    var model = Self.model
    model.process.perValue = 0
    #expect(settings.possibleMachines(forBatches: 8) == [1, 2, 4, 8])
    #expect(settings.possibleMachines(forBatches: 12) == [1, 2, 4])
    func machines(_ seconds: Double) -> Int? {
      ClusterPlan.fewest(within: seconds / 86_400, model, settings)?.machines
    }
    #expect(machines(25.6) == 1)
    #expect(machines(25.4) == 2)
    // 3 s and 1.5 s of the optimizer on eight.
    #expect(machines(4.6) == 8)
    #expect(machines(4.4) == nil)
    settings.processesPerMachine = 4
    #expect(settings.possibleMachines(forBatches: 8) == [1, 2])
  }

  /// A machine that four processes measured together, each a quarter of it; then two on a machine of that kind.
  @Test func sharesOfAMachine() {
    let measured = ClusterModel.Process(
      forward: 4, backward: 8, norm: 1, update: 2, perValue: 0.5, threads: 1)
    let whole = measured.sharing(with: 0.25)
    #expect(
      whole
        == ClusterModel.Process(
          forward: 1, backward: 2, norm: 0.25, update: 0.5, perValue: 0.125, threads: 4))
    #expect(
      whole.sharing(with: 2)
        == ClusterModel.Process(forward: 2, backward: 4, norm: 0.5, update: 1, perValue: 0.25, threads: 2))
  }
}
