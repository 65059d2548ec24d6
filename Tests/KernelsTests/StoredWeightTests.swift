import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Kernels

/// Products with weights as they are stored, against sums in double precision.
@Suite struct StoredWeightTests {
  static let plainFormats: [WeightFormat] = [.fp32, .fp16, .bf16]
  static let blockFormats = QuantisedBlocks.multiplied

  /// Σ x·w in double precision; x is rounded by blocks where the kernel says it does that.
  static func reference(_ x: Matrix, _ weights: StoredWeights, roundingBlocks: Bool = false) -> [Double] {
    let columns = x.columns
    let lines = (0..<x.rows).flatMap { row -> [Double] in
      var line = x[row].map(Double.init)
      if roundingBlocks {
        for start in stride(from: 0, to: columns, by: 32) {
          let scale = (line[start..<start + 32].map(abs).max() ?? 0) / 127
          for index in start..<start + 32 where scale > 0 {
            line[index] = (line[index] / scale).rounded(.toNearestOrEven) * scale
          }
        }
      }
      return line
    }
    return doubleProduct(
      lines, weights.values, rows: x.rows, columns: weights.matrix.rows, depth: columns)
  }

  /// At least so many columns.
  static func wholeBlocks(_ columns: Int, _ format: WeightFormat) -> Int {
    (columns + format.blockValues - 1) / format.blockValues * format.blockValues
  }

  static func linearWeight(_ weights: StoredWeights, _ body: (LinearWeight) -> Void) {
    let matrix = weights.matrix
    guard let bytes = LinearWeight.byteCount(of: matrix) else { return body(.rows(matrix)) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { memory.deallocate() }
    body(LinearWeight.prepare(matrix, into: memory, on: Workers(count: 2)))
  }

  @Test(arguments: plainFormats, KernelSet.available)
  func fewRows(format: WeightFormat, kernels: KernelSet) {
    for (rows, inputs, outputs, offset) in [(1, 1, 1, 0), (1, 768, 97, 2), (3, 65, 33, 4), (8, 47, 130, 6)] {
      let weights = StoredWeights(format, outputs, inputs, seed: 1, offset: offset)
      let input = Buffer(rows, inputs, gap: 5, seed: 2)
      let output = Buffer(unset: rows, outputs, gap: 3)
      Linear.forward(
        input.matrix, weight: .rows(weights.matrix), bias: nil, residual: nil, into: output.matrix,
        precision: .bf16, on: Workers(count: 2, kernels: kernels))
      expectClose(output.values, Self.reference(input.matrix, weights))
      #expect(output.gapsAreIntact)
    }
  }

  /// The bytes' products are exact, so what remains is the rounding of x, as stated, and of the sums.
  @Test(arguments: blockFormats, KernelSet.available)
  func fewRowsOfBlocks(format: WeightFormat, kernels: KernelSet) {
    for (rows, blocks, outputs) in [(1, 1, 1), (1, 7, 97), (3, 2, 33), (8, 3, 16), (2, 5, 15), (1, 1, 17)] {
      let isLong = format.blockValues == 256
      let inputs = isLong ? 256 * ((blocks + 2) / 3) : Self.wholeBlocks(32 * blocks, format)
      let weights = StoredWeights(format, outputs, inputs, seed: 1, offset: 2)
      let input = Buffer(rows, inputs, gap: 5, seed: 2)
      let output = Buffer(unset: rows, outputs, gap: 3)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix, weight: $0, bias: nil, residual: nil, into: output.matrix, precision: .bf16,
          on: Workers(count: 2, kernels: kernels))
      }
      // A value on the edge may be rounded either way: a 127th part of one product.
      expectClose(output.values, Self.reference(input.matrix, weights, roundingBlocks: true), within: 1e-3)
      // Of a few sums all may be small beside what they are made of.
      if outputs > 17 {
        expectClose(output.values, Self.reference(input.matrix, weights), within: 2e-2)
      }
      #expect(output.gapsAreIntact)
    }
  }

  /// What the kernels do not know is decoded, and multiplied without rounding x.
  @Test(arguments: QuantisedBlocks.decoded, KernelSet.available)
  func fewRowsOfDecodedBlocks(format: WeightFormat, kernels: KernelSet) {
    for (rows, inputs, outputs) in [(1, 64, 1), (3, 192, 33), (8, 768, 97)] {
      let weights = StoredWeights(format, outputs, inputs, seed: 1, offset: 3)
      #expect(LinearWeight.byteCount(of: weights.matrix) == 2 * inputs * outputs)
      let input = Buffer(rows, inputs, gap: 5, seed: 2)
      let output = Buffer(unset: rows, outputs, gap: 3)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix, weight: $0, bias: nil, residual: nil, into: output.matrix, precision: .bf16,
          on: Workers(count: 2, kernels: kernels))
      }
      expectClose(output.values, Self.reference(input.matrix, weights))
      #expect(output.gapsAreIntact)
    }
  }

  @Test(arguments: WeightFormat.allCases, ProductTests.Way.packed)
  func manyRows(format: WeightFormat, way: ProductTests.Way) {
    let (precision, workers) = (way.precision, way.workers(2))
    // The longest is cut into blocks of depths.
    let long = format.blockValues == 1 ? (65, 1056, 130) : (65, 520, 66)
    for (rows, inputs, outputs) in [(9, 32, 1), (13, 96, 97), long] {
      let inputs = Self.wholeBlocks(inputs, format)
      let weights = StoredWeights(format, outputs, inputs, seed: 1, offset: 2)
      let input = Buffer(rows, inputs, gap: 5, seed: 2)
      let output = Buffer(unset: rows, outputs, gap: 3)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix, weight: $0, bias: nil, residual: nil, into: output.matrix, precision: precision,
          on: workers)
      }
      expectClose(
        output.values, Self.reference(input.matrix, weights), within: precision == .fp32 ? 2e-6 : 1e-2)
      #expect(output.gapsAreIntact)
    }
  }

  @Test(arguments: WeightFormat.allCases)
  func biasResidualAndGELU(format: WeightFormat) {
    for rows in [2, 20] {
      let inputs = Self.wholeBlocks(64, format)
      let weights = StoredWeights(format, 97, inputs, seed: 3)
      let input = Buffer(rows, inputs, seed: 4)
      let (bias, residual) = (Buffer(1, 97, seed: 5), Buffer(rows, 97, gap: 1, seed: 6))
      let (plain, output) = (Buffer(unset: rows, 97), Buffer(unset: rows, 97, gap: 2))
      let (activated, expected) = (Buffer(unset: rows, 97), Buffer(unset: rows, 97))
      let workers = Workers(count: 2)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix, weight: $0, bias: nil, residual: nil, into: plain.matrix, precision: .fp32,
          on: workers)
        Linear.forward(
          input.matrix, weight: $0, bias: bias.matrix, residual: residual.matrix, into: output.matrix,
          activated: activated.matrix, precision: .fp32, on: workers)
      }
      let sums = plain.doubles.indices.map {
        plain.doubles[$0] + bias.doubles[$0 % 97] + residual.doubles[$0]
      }
      expectClose(output.values, sums)
      GELU.forward(output.matrix, into: expected.matrix, on: workers)
      expectClose(activated.values, expected.doubles)
      // The stream that is added to may be the output.
      let stream = Buffer(rows, 97, gap: 1, residual.values)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix, weight: $0, bias: bias.matrix, residual: stream.matrix, into: stream.matrix,
          precision: .fp32, on: workers)
      }
      #expect(stream.values == output.values)
    }
  }

  /// A row's result is its own: the same bits alone or with others, on any number of threads.
  @Test(arguments: WeightFormat.allCases)
  func rowsDoNotMeet(format: WeightFormat) {
    let inputs = Self.wholeBlocks(96, format)
    let weights = StoredWeights(format, 500, inputs, seed: 7)
    let input = Buffer(5, inputs, seed: 8)
    func output(_ rows: Range<Int>, on workers: Workers) -> [Float] {
      let output = Buffer(unset: rows.count, 500)
      Self.linearWeight(weights) {
        Linear.forward(
          input.matrix.rows(rows), weight: $0, bias: nil, residual: nil, into: output.matrix,
          precision: .fp32,
          on: workers)
      }
      return output.values
    }
    expectSameBits { output(0..<5, on: $0) }
    let alone = (0..<5).flatMap { output($0..<$0 + 1, on: Workers(count: 1)) }
    #expect(alone.map(\.bitPattern) == output(0..<5, on: Workers(count: 2)).map(\.bitPattern))
  }

  @Test(arguments: plainFormats)
  func decodingARow(format: WeightFormat) {
    let weights = StoredWeights(format, 3, 37, seed: 9, offset: 2)
    let row = Buffer(unset: 1, 37)
    weights.matrix.decode(row: 2, into: row.matrix.base)
    #expect(row.doubles == Array(weights.values[74...]))
  }

  /// All 65,536 bit patterns of fp16, against the exact value that its parts stand for.
  @Test(arguments: KernelSet.available)
  func everyHalf(kernels: KernelSet) {
    let kernel = kernels.product(.fp32)
    let (bits, panels) = ([UInt16](0...UInt16.max), Buffer(unset: 4096, 16))
    let one = Buffer(unset: 1, 1)
    bits.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      // Packed, 4096 lines of sixteen depths lie panel by panel, and there depth by depth.
      let matrix = EncodedMatrix(.fp16, start, rows: 4096, columns: 16)
      kernel.packRight(matrix.lines(0..<16), into: panels.matrix.base, words: 16)
      for half in bits {
        let (line, depth) = Int(half).quotientAndRemainder(dividingBy: 16)
        let (panel, lane) = line.quotientAndRemainder(dividingBy: kernel.columns)
        let value = panels.matrix.base[(panel * 16 + depth) * kernel.columns + lane]
        expectHalf(half, value)
        WeightFormat.fp16.decode(start + 2 * Int(half), count: 1, into: one.matrix.base)
        #expect(one.values[0].bitPattern == value.bitPattern || value.isNaN)
      }
    }
  }

  private func expectHalf(_ bits: UInt16, _ value: Float) {
    let sign: Float = bits >> 15 == 1 ? -1 : 1
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023) / 1024)
    switch exponent {
    case 31: #expect(fraction == 0 ? value == sign * .infinity : value.isNaN)
    case 0: #expect(value == sign * Float(sign: .plus, exponent: -14, significand: 1) * fraction)
    default:
      #expect(value == sign * Float(sign: .plus, exponent: exponent - 15, significand: 1) * (1 + fraction))
    }
  }

  @Test func zerosAndInfinitiesInABlock() {
    let weights = StoredWeights(.q8_0, 16, 64, seed: 1)
    let input = Buffer(
      2, 64, [Float](repeating: 0, count: 64) + [.infinity] + [Float](repeating: 1, count: 63))
    let output = Buffer(unset: 2, 16)
    Self.linearWeight(weights) {
      Linear.forward(
        input.matrix, weight: $0, bias: nil, residual: nil, into: output.matrix, precision: .fp32,
        on: Workers(count: 1))
    }
    #expect(output.matrix[0].allSatisfy { $0 == 0 })
    #expect(output.matrix[1].allSatisfy { !$0.isFinite })
  }

  @Test("A NaN in a block shows, wherever it lies", arguments: [0, 5, 16, 31], KernelSet.available)
  func notANumber(column: Int, kernels: KernelSet) {
    let weights = StoredWeights(.q8_0, 16, 64, seed: 1)
    let input = Buffer(1, 64, seed: 2)
    for column in column..<32 { input.matrix[0][column] = .nan }
    let output = Buffer(unset: 1, 16)
    Self.linearWeight(weights) {
      Linear.forward(
        input.matrix, weight: $0, bias: nil, residual: nil, into: output.matrix, precision: .fp32,
        on: Workers(count: 1, kernels: kernels))
    }
    #expect(output.values.allSatisfy { $0.isNaN })
  }
}
