import GPT2Kernels
import TestSupport
import Testing

@Suite("Checksum") struct ChecksumTests {
  /// FNV-1a written out, over whole words.
  private func reference(_ values: [Float], partValues: Int) -> UInt64 {
    func hash(_ words: [UInt64]) -> UInt64 {
      words.reduce(14_695_981_039_346_656_037) { ($0 ^ $1) &* 1_099_511_628_211 }
    }
    let starts = stride(from: 0, to: values.count, by: partValues)
    return hash(
      starts.map { start in
        hash(values[start..<min(values.count, start + partValues)].map { UInt64($0.bitPattern) })
      })
  }

  @Test("Is FNV-1a of the parts' FNV-1a, on any number of threads", arguments: [0, 1, 17, 131_072, 140_001])
  func isWhatItSays(count: Int) {
    let values = Buffer(1, count, seed: 1)
    let expected = reference(values.values, partValues: 131_072)
    for threads in [1, 2, 5] {
      #expect(Checksum.of(values.flat, on: Workers(count: threads)) == expected)
    }
  }

  @Test("Changes with any bit", arguments: [0, 7, 140_000])
  func changes(index: Int) {
    let values = Buffer(1, 140_001, seed: 1)
    let before = Checksum.of(values.flat, on: workers)
    values.flat[index] = Float(bitPattern: values.flat[index].bitPattern ^ 1)
    #expect(Checksum.of(values.flat, on: workers) != before)
  }

  private let workers = Workers(count: 2)
}
