import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Kernels

/// What is done with gradients and with stored weights computes what its pages say, and products are cut as theirs says.
@Suite struct WorkedUpdateTests {
  private let workers = Workers(count: 2)

  @Test func gradientNorm() throws {
    let page = try WorkedExample(page: "GradientNorm")
    let sums = try ["g1", "g2"].map { name in
      let gradient = try page.buffer(name)
      return GradientNorm.sumOfSquares(gradient.flat, on: workers)
    }
    try page.expect(sums.map { Float($0) }, "squares")
    let norm = Float(sums.reduce(0, +).squareRoot())
    try page.expect([norm], "norm")
    try page.expect([try page.number("limit") / norm], "scale")
  }

  @Test func adamW() throws {
    let page = try WorkedExample(page: "AdamW")
    let (p, settings) = (try page.buffer("p"), try page["settings"])
    let zeros = [Float](repeating: 0, count: p.matrix.count)
    let (m, v) = (Buffer(1, zeros.count, zeros), Buffer(1, zeros.count, zeros))
    for (step, name) in [(1, "₁"), (2, "₂")] {
      let gradient = try page.buffer("g\(step)")
      AdamW.update(
        parameters: p.flat, gradients: gradient.flat, firstMoments: m.flat,
        secondMoments: v.flat,
        settings: AdamWStep(
          learningRate: settings[0], beta1: settings[1], beta2: settings[2], weightDecay: settings[3],
          step: step),
        on: workers)
      try page.expect(m.values, "m\(name)")
      try page.expect(v.values, "v\(name)")
      try page.expect(p.values, "p\(name)")
    }
  }

  @Test func muon() throws {
    let page = try WorkedExample(page: "Muon")
    let (W, g, m) = (try page.buffer("W"), try page.buffer("g"), try page.buffer("m"))
    let settings = try page["settings"]
    Muon.update(
      weight: W.matrix, gradient: g.matrix, momentum: m.matrix,
      settings: MuonStep(learningRate: settings[0], momentum: settings[1], weightDecay: settings[2]),
      on: workers)
    try page.expect(m.values, "m′")
    try page.expect(W.values, "W′")
  }

  @Test func lowRank() throws {
    let page = try WorkedExample(page: "LowRank")
    let (x, dy, scale) = (try page.buffer("x"), try page.buffer("dy"), try page.number("s"))
    let (A, B) = (try page.buffer("A"), try page.buffer("B"))
    let factors = LowRankFactors(a: A.matrix, b: B.matrix)
    let (y, dx) = (Buffer(unset: 2, 2), Buffer(unset: 2, 3))
    let (dA, dB) = (Buffer(unset: 1, 3), Buffer(unset: 2, 1))
    LowRank.forward(
      x.matrix, factors: factors, scale: scale, residual: nil, into: y.matrix, on: workers)
    LowRank.backward(
      outputGradient: dy.matrix, input: x.matrix, factors: factors, scale: scale, inputGradient: dx.matrix,
      factorGradients: LowRankFactors(a: dA.matrix, b: dB.matrix), accumulating: false, on: workers)
    try page.expect(y.values, "y")
    try page.expect(dA.values, "dA")
    try page.expect(dB.values, "dB")
    try page.expect(dx.values, "dx")
  }

  @Test func weightFormats() throws {
    let page = try WorkedExample(page: "WeightFormats")
    let weights = try page["w"]
    let block = weights + [Float](repeating: 0, count: 32 - weights.count)
    for (format, name) in [(WeightFormat.fp16, "fp16"), (.bf16, "bf16"), (.q8_0, "w₈"), (.q4_0, "w₄")] {
      let (bytes, decoded) = roundTrip(block, format)
      try page.expect(decoded.prefix(weights.count), name)
      #expect(decoded.dropFirst(weights.count).allSatisfy { $0 == 0 })
      let codes = bytes.dropFirst(2).prefix(weights.count)
      if format == .q8_0 { try page.expect(codes.map { Float(Int8(bitPattern: $0)) }, "q₈") }
      if format == .q4_0 { try page.expect(codes.map { Float($0 & 0x0F) }, "q₄") }
    }
  }

  @Test func precision() throws {
    let page = try WorkedExample(page: "Precision")
    for name in ["a", "b"] {
      try page.expect(roundTrip(try page[name], .bf16).decoded, "bf16(\(name))")
    }
    let (a, b) = (try page.buffer("a"), try page.buffer("b"))
    for (precision, name) in [(Precision.fp32, "a·b"), (.bf16, "bf16(a)·bf16(b)")] {
      let c = Buffer(unset: 1, 1)
      Matmul.multiply(
        a.matrix, transposed: false, b.matrix, transposed: true, into: c.matrix, accumulating: false,
        precision: precision, on: workers)
      try page.expect(c.values, name)
    }
  }

  /// (256, 768)·(768, 2304), as Products.md has it.
  @Test func theCutOfAProduct() {
    guard let kernels = KernelSet.available.first(where: { $0.name == .avx512 }) else { return }
    let kernel = kernels.product(.fp32)
    var caches = CacheSizes()
    caches.second = 1 << 20
    #expect(kernel.panels(rows: 256) == 43)
    let chunk = LeftChunk(rows: 256, k: 768, kernel, caches)
    #expect(chunk.rows >= 256 && chunk.depths >= 768 && 768 / LeftChunk.blockWords == 3)
    let cut = ProductCut(rows: 256, columns: 2304, k: 768, threads: 2, kernel, caches)
    #expect(cut.count == 18)
    #expect(cut[0].rows == 0..<256 && cut[0].columns == 0..<128)
  }

  private func roundTrip(_ values: [Float], _ format: WeightFormat) -> (bytes: [UInt8], decoded: [Float]) {
    var bytes = [UInt8](repeating: 0, count: format.byteCount(values.count) ?? 0)
    var decoded = [Float](repeating: .nan, count: values.count)
    bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        format.encode(values, count: decoded.count, into: base)
      }
      decoded.withUnsafeMutableBufferPointer { decoded in
        guard let target = decoded.baseAddress else { return }
        format.decode(base, count: decoded.count, into: target)
      }
    }
    return (bytes, decoded)
  }
}
