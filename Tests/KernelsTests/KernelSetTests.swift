import TestSupport
import Testing

@testable import GPT2Kernels

/// Which set is chosen, and what the sets have in common.
@Suite struct KernelSetTests {
  /// Without OpenBLAS's, which a build may do without.
  private static func names(_ processor: Processor) -> [KernelSet.Name] {
    KernelSet.sets(for: processor).map(\.name).filter { $0 != .openBLAS }
  }

  @Test func anyProcessorHasThePortableSet() {
    #expect(KernelSet.sets(for: Processor()).first?.name == .portable)
    #expect(KernelSet.available.first?.name == .portable)
  }

  #if arch(x86_64)
    @Test func theProcessorDecides() {
      var processor = Processor()
      #expect(Self.names(processor) == [.portable])
      processor.hasAVX2 = true
      #expect(Self.names(processor) == [.portable, .avx2])
      processor.hasAVX512 = true
      #expect(Self.names(processor) == [.portable, .avx2, .avx512])
      processor.hasAVX512BF16 = true
      #expect(KernelSet.sets(for: processor).last?.name == .avx512BF16)
      processor.amx = .refused(1)
      #expect(KernelSet.sets(for: processor).last?.name == .avx512BF16)
      processor.amx = .granted
      #expect(KernelSet.sets(for: processor).last?.name == .amx)
    }

    /// Intel's product of bfloat16 pairs is slower than that of fp32.
    @Test(arguments: [true, false])
    func pairsAreMultipliedWhereThatIsFast(isFast: Bool) {
      var processor = Processor()
      (processor.hasAVX2, processor.hasAVX512, processor.hasAVX512BF16) = (true, true, true)
      processor.multipliesBF16Fast = isFast
      #expect(KernelSet.sets(for: processor).last?.multipliesPairs == isFast)
    }
  #elseif arch(arm64)
    @Test(arguments: [true, false])
    func anyProcessorHasNEON(hasDotProducts: Bool) {
      var processor = Processor()
      processor.hasDotProducts = hasDotProducts
      #expect(Self.names(processor) == [.portable, .neon])
    }
  #endif

  @Test func withoutANameTheFastestIsChosen() throws {
    #expect(try KernelSet.chosen(nil).name == KernelSet.fastest.name)
    #expect(try KernelSet.chosen("").name == KernelSet.fastest.name)
  }

  @Test(arguments: KernelSet.available)
  func theEnvironmentMayChoose(kernels: KernelSet) throws {
    #expect(try KernelSet.chosen(kernels.description).name == kernels.name)
  }

  @Test(arguments: ["AVX2", "sse", "portable ", "avx-512"])
  func anUnknownName(name: String) {
    #expect(throws: KernelSetError.unknown(name)) { try KernelSet.chosen(name) }
    let text = KernelSetError.unknown(name).description
    #expect(text.contains("'\(name)'") && text.contains("GPT2_KERNELS") && text.contains("portable"))
  }

  /// What a terminal would obey is not repeated, and no more than fits a line.
  @Test func aNameIsShownSafely() {
    let text = KernelSetError.unknown("\u{1B}[31m" + String(repeating: "x\n", count: 1000)).description
    #expect(text.contains("'?[31mx?x?") && text.count < 250)
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test(.enabled(if: BLAS.isOpenBLAS))
  func openBLASHasASetOfItsOwn() throws {
    let set = try KernelSet.chosen("openblas")
    #expect(Matmul.provider(of: .fp32, with: set) == "OpenBLAS")
    #expect(Matmul.provider(of: .bf16, with: set) == "own kernels")
    #expect(Matmul.provider(of: .fp32, with: try .chosen("portable")) == "own kernels")
  }

  @Test func aSetThatTheProcessorLacks() {
    for name in KernelSet.Name.allCases where !KernelSet.available.contains(where: { $0.name == name }) {
      #expect(throws: KernelSetError.unavailable(name)) { try KernelSet.chosen(name.rawValue) }
    }
  }

  #if arch(x86_64)
    /// Sums of tiles by the processor and by the model of it, where there are both.
    @Test(.enabled(if: Processor.current.amx == .granted))
    func theModelOfTilesComputesWhatTheyDo() throws {
      let amx = try KernelSet.chosen("amx")
      for (rows, columns, k) in [(32, 32, 32), (33, 65, 97), (7, 17, 1030)] {
        let (a, b) = (Buffer(rows, k, seed: 1), Buffer(k, columns, seed: 2))
        let results = [amx, .amxModel].map { kernels in
          let c = Buffer(unset: rows, columns)
          Matmul.multiply(
            a.matrix, transposed: false, b.matrix, transposed: false, into: c.matrix, accumulating: false,
            precision: .bf16, on: Workers(count: 2, kernels: kernels))
          return c.values.map(\.bitPattern)
        }
        #expect(results[0] == results[1])
      }
    }
  #endif

  @Test func aRefusalSaysWhoRefuses() {
    let text = KernelSetError.refused(.amx, 22).description
    #expect(text.contains("the system") && text.contains("'amx'") && text.contains("22"))
  }

  @Test func cachesAreReported() {
    let caches = Processor.current.caches
    #expect(caches.first >= 8 << 10 && caches.second >= caches.first)
  }

  /// Whoever fuses a multiplication with an addition gets the same bits in fp32: one text says what is added, in which
  /// order.
  @Test func fusingSetsAgreeInSinglePrecision() {
    let fusing = KernelSet.available.filter { ![.portable, .openBLAS].contains($0.name) }
    let results = fusing.map { Self.everything(on: Workers(count: 2, kernels: $0)) }
    for (kernels, result) in zip(fusing, results) {
      #expect(result == results[0], "\(kernels) and \(fusing[0])")
    }
  }

  /// The bits of what a step is made of, at awkward sizes.
  private static func everything(on workers: Workers) -> [UInt32] {
    let (rows, channels, heads) = (67, 40, 2)
    let sequences = Sequences(batchSize: 1, sequenceLength: rows)
    let (x, weight) = (Buffer(rows, channels, seed: 1), Buffer(3 * channels, channels, seed: 2))
    let (qkv, output) = (Buffer(unset: rows, 3 * channels), Buffer(unset: rows, channels))
    let (activated, gradient) = (Buffer(unset: rows, 3 * channels), Buffer(unset: rows, 3 * channels))
    let (logSumExp, norms) = (Buffer(unset: heads, rows), Buffer(unset: 2, rows))
    let (ones, zeros) = (Buffer(1, channels, seed: 3), Buffer(1, channels, seed: 4))
    Linear.forward(
      x.matrix, weight: weight.matrix, bias: nil, residual: nil, into: qkv.matrix,
      activated: activated.matrix, on: workers)
    Attention.forward(
      qkv.matrix, sequences: sequences, heads: heads, into: output.matrix, logSumExp: logSumExp.matrix,
      on: workers)
    Attention.backward(
      outputGradient: x.matrix, qkv: qkv.matrix, output: output.matrix, logSumExp: logSumExp.matrix,
      sequences: sequences, heads: heads, into: gradient.matrix, on: workers)
    let weightGradient = Buffer(unset: 3 * channels, channels)
    Linear.backward(
      outputGradient: gradient.matrix, input: x.matrix, weight: weight.matrix, inputGradient: nil,
      weightGradient: weightGradient.matrix, biasGradient: nil, accumulating: false, on: workers)
    LayerNorm.forward(
      output.matrix, weight: ones.matrix, bias: zeros.matrix, into: x.matrix, means: norms.matrix.rows(0..<1),
      rstd: norms.matrix.rows(1..<2), on: workers)
    let moments = (0..<2).map { Buffer(3 * channels, channels, seed: 5 + $0) }
    for index in moments[1].flat.indices { moments[1].flat[index] = abs(moments[1].flat[index]) }
    AdamW.update(
      parameters: weight.flat, gradients: weightGradient.flat, firstMoments: moments[0].flat,
      secondMoments: moments[1].flat, settings: AdamWStep(learningRate: 0.1, weightDecay: 0.1, step: 3),
      on: workers)
    // Those that are only views from here on.
    return withExtendedLifetime((ones, zeros, moments)) {
      [qkv, activated, output, logSumExp, gradient, weightGradient, x, norms, weight]
        .flatMap { $0.values.map(\.bitPattern) }
    }
  }
}
