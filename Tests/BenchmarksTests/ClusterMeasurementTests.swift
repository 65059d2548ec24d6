import GPT2Communication
import GPT2Kernels
import TestSupport
import Testing
import GPT2TrainingCore
import GPT2Transformer

@testable import GPT2Benchmarks

/// The measurement runs through; no figure of it decides.
@Suite struct ClusterMeasurementTests {
  @Test(arguments: [1, 4])
  func figures(processes: Int) throws {
    let all = try ThreadJob.run(processes: processes) { communicator in
      var settings = BenchmarkSettings(
        try Configuration(maximumSequenceLength: 8, vocabularySize: 31, layers: 1, heads: 1, channels: 16))
      (settings.batchSize, settings.sequenceLength, settings.repetitions) = (1, 8, 1)
      settings.workers = Workers(count: 1)
      let figures = try ClusterMeasurement(
        settings, ExchangeSettings(), sharedBy: communicator, processesPerMachine: processes,
        observing: { _ in }
      ).run()
      return [
        Double(figures.values), figures.process.forward, figures.process.backward, figures.process.update,
        figures.process.perValue, Double(figures.links.count), figures.links.last?.bandwidth ?? 1,
        figures.whole?.measuredSeconds ?? 0, figures.whole?.predictedSeconds ?? 0,
      ]
    }
    let first = try #require(all.first)
    #expect(all.allSatisfy { $0 == first }, "all processes have the same figures")
    #expect(first[5] == Double(processes.trailingZeroBitCount))
    #expect(first[..<7].allSatisfy { $0 >= 0 && $0.isFinite } && first[1] > 0)
    #expect((first[7] > 0) == (processes > 1) && (first[8] > 0) == (processes > 1))
  }
}
