import TestSupport
import Testing

@testable import GPT2WeightFormats

/// Every quantised format against ggml's Python package.
@Suite struct QuantisedFormatTests {
  @Test(arguments: QuantisedBlocks.formats)
  func decodingEqualsGGMLs(format: WeightFormat) throws {
    let reference = try QuantisedBlocks(format)
    let expected = reference.values.joined().map(\.bitPattern)
    var values = [Float](repeating: -7, count: expected.count)
    // At an odd address.
    ([0] + reference.bytes.joined()).withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      format.decode(base + 1, count: values.count, into: &values)
    }
    #expect(values.map(\.bitPattern) == expected)
  }

  /// What decodes a format that does not say how, also where another way is faster.
  @Test(arguments: QuantisedBlocks.multiplied)
  func partsStandForTheSame(format: WeightFormat) throws {
    let type = try #require(format.type as? any QuantizedFormat.Type)
    for (bytes, expected) in zip(try QuantisedBlocks(format).bytes, try QuantisedBlocks(format).values) {
      var values = [Float](repeating: -7, count: format.blockValues)
      bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        BlockParts.withTemporary(values: format.blockValues) { parts in
          type.takeApart(base, into: &parts)
          parts.decode(
            count: values.count, offset: type.offset, unit: type.layout.unit, into: &values)
        }
      }
      #expect(values.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  /// ggml's names, numbers and sizes, and llama.cpp's numbers for files.
  @Test(
    arguments: [
      (.fp32, "F32", 0, 1, 4, 0), (.fp16, "F16", 1, 1, 2, 1), (.bf16, "BF16", 30, 1, 2, 32),
      (.q8_0, "Q8_0", 8, 32, 34, 7), (.q4_0, "Q4_0", 2, 32, 18, 2), (.q4_1, "Q4_1", 3, 32, 20, 3),
      (.q5_0, "Q5_0", 6, 32, 22, 8), (.q5_1, "Q5_1", 7, 32, 24, 9), (.q2_K, "Q2_K", 10, 256, 84, 10),
      (.q3_K, "Q3_K", 11, 256, 110, 11), (.q4_K, "Q4_K", 12, 256, 144, 14), (.q5_K, "Q5_K", 13, 256, 176, 16),
      (.q6_K, "Q6_K", 14, 256, 210, 18), (.iq4_nl, "IQ4_NL", 20, 32, 18, 25),
      (.iq4_xs, "IQ4_XS", 23, 256, 136, 30), (.iq1_s, "IQ1_S", 19, 256, 50, 24),
      (.iq1_m, "IQ1_M", 29, 256, 56, 31), (.iq2_xxs, "IQ2_XXS", 16, 256, 66, 19),
      (.iq2_xs, "IQ2_XS", 17, 256, 74, 20), (.iq2_s, "IQ2_S", 22, 256, 82, 28),
      (.iq3_xxs, "IQ3_XXS", 18, 256, 98, 23), (.iq3_s, "IQ3_S", 21, 256, 110, 26),
      (.tq1_0, "TQ1_0", 34, 256, 54, 36), (.tq2_0, "TQ2_0", 35, 256, 66, 37),
      (.q1_0, "Q1_0", 41, 128, 18, 40), (.q2_0, "Q2_0", 42, 64, 18, 41),
      (.mxfp4, "MXFP4", 39, 32, 17, 38), (.nvfp4, "NVFP4", 40, 64, 36, 39),
    ] as [(WeightFormat, String, UInt32, Int, Int, UInt32)])
  func numbers(
    format: WeightFormat, name: String, number: UInt32, values: Int, bytes: Int, fileType: UInt32
  ) {
    #expect(format.type.ggmlName == name)
    #expect(format.type.ggmlNumber == number)
    #expect(format.type.ggmlFileType == fileType)
    #expect(format.blockValues == values && format.blockBytes == bytes)
    #expect(format.byteCount(3 * values) == 3 * bytes)
    #expect(values == 1 || format.byteCount(values / 2) == nil)
  }

  @Test func whatCanBeWritten() {
    #expect(WeightFormat.encodable == [.fp32, .fp16, .bf16, .q8_0, .q4_0])
    #expect(WeightFormat.encodableNames == "fp32, fp16, bf16, q8_0, q4_0")
    #expect(Set(WeightFormat.allCases.filter { $0.layout != nil }) == Set(QuantisedBlocks.multiplied))
    #expect(Set(WeightFormat.allCases.filter { $0.products != nil }) == Set(QuantisedBlocks.decoded))
    #expect(Set(WeightFormat.allCases.filter { $0.valueType == nil }) == Set(QuantisedBlocks.formats))
  }

  /// Bytes of sixteen rows: how much more a product reads than the file has.
  @Test(
    arguments: [
      (.q4_0, 18), (.q5_0, 22), (.q8_0, 34), (.q5_1, 24), (.q2_K, 100), (.q3_K, 114), (.q4_K, 148),
      (.q5_K, 180), (.q6_K, 210), (.iq1_s, 178), (.iq2_xs, 274), (.bytes, 292),
    ] as [(PanelLayout, Int)])
  func layouts(layout: PanelLayout, bytes: Int) {
    #expect(layout.blockBytes == 16 * bytes)
    #expect(layout.blockValues == (bytes < 50 ? 32 : 256))
  }

  @Test func everyLayoutIsListed() {
    #expect(PanelLayout.allCases.count == 12)
    #expect(Set(PanelLayout.allCases.map(\.index)).count == 12)
  }
}
