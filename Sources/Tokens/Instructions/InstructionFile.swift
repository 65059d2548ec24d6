import GPT2BinaryFiles
import GPT2RandomNumbers

/// Questions and their answers to learn from: a file of JSON objects, one a line.
package struct InstructionFile: Sendable {
  package let path: String
  /// At least 1.
  package let records: [InstructionRecord]
  /// Lines that were left out, since an answer in them is empty.
  package let emptyAnswers: Int

  /// Reads all of it. Empty lines, and fields that are not known, are passed over. The file is read as
  /// `TextReading.text` says; half a character in an escape becomes U+FFFD.
  ///
  /// - Throws: `FileError` if the file cannot be read, is no text or has nothing to learn from, or with the first line
  ///   that is not UTF-8, no JSON, or has none of the shapes of `InstructionRecord`.
  package init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    if let kind = FileKind(of: file.bytes) {
      throw .anotherKind(kind, at: path, expected: "file of JSON lines")
    }
    let bytes = try file.contents()
    let text = try TextReading.text.decode(bytes, of: path).text
    guard text.first(where: { !Self.isSpace($0) && $0 != UInt8(ascii: "\n") }) != UInt8(ascii: "[") else {
      throw FileError(
        path,
        .mismatch(
          found: "one JSON array", expected: "an object on each line",
          advice: "write it so, for instance with: jq -c '.[]'"))
    }
    var records: [InstructionRecord] = []
    var (number, emptyAnswers) = (0, 0)
    for line in Self.lines(of: text) {
      number += 1
      guard !line.allSatisfy(Self.isSpace) else { continue }
      if let record = try InstructionRecordReader(path: path, number: number).record(in: line) {
        records.append(record)
      } else {
        emptyAnswers += 1
      }
    }
    guard !records.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: emptyAnswers == 0 ? "an empty file" : "empty answers alone",
          expected: "lines with " + InstructionRecord.expected, advice: "write it again"))
    }
    self.path = path
    self.records = records
    self.emptyAnswers = emptyAnswers
  }

  /// Whether the first line of a file is such a record. Reads no more than that line.
  package static func isOne(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    let start = withExtendedLifetime(file) { Array(file.bytes.prefix(longestFirstLine)) }
    guard let text = try? TextReading.text.decode(start, of: path).text,
      let line = lines(of: text).first(where: { !$0.allSatisfy(isSpace) }),
      let object = try? JSONParser.object(line: line, number: 1, path: path)
    else { return false }
    return InstructionRecord.shapes(of: object).count == 1
  }

  private static let longestFirstLine = 1 << 22

  private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }

  /// That of the first line: prompts and completions stay as they are, all else gets Alpaca's headings.
  package var usualTemplate: InstructionTemplate { records[0].shape == .pair ? .plain : .alpaca }

  /// How many lines are of another shape than the first, whose template they get, too.
  package var othersCount: Int { records.count { ($0.shape == .pair) != (records[0].shape == .pair) } }

  /// How many lines say the same as one before them.
  package var duplicates: Int { records.count - Set(records.map(\.messages)).count }

  /// Sets records aside for validation. Those that say the same go together, so that none is in both parts.
  ///
  /// - Parameters:
  ///   - fraction: Of the records, from 0 to 1; at least one record is in each part.
  ///   - seed: The same draws the same.
  /// - Throws: `FileError` if all records say the same.
  package func split(
    holdingOut fraction: Double, seed: UInt32
  ) throws(FileError) -> (training: [InstructionRecord], validation: [InstructionRecord]) {
    let groups = Dictionary(grouping: records.indices) { records[$0].messages }.values.sorted {
      $0[0] < $1[0]
    }
    guard groups.count > 1 else {
      throw FileError(
        path,
        .mismatch(
          found: "one example", expected: "at least two, of which one is held out",
          advice: "write more, or name a file for validation"))
    }
    var generator = MersenneTwister(seed: seed)
    var order = groups.indices.map { Int32($0) }
    generator.permute(&order)
    let wanted = max(1, Int((fraction * Double(records.count)).rounded()))
    var isHeldOut = [Bool](repeating: false, count: records.count)
    var count = 0
    for group in order.dropLast() {
      guard count < wanted else { break }
      for index in groups[Int(group)] { isHeldOut[index] = true }
      count += groups[Int(group)].count
    }
    let parts = Dictionary(grouping: records.indices) { isHeldOut[$0] }
    return ((parts[false] ?? []).map { records[$0] }, (parts[true] ?? []).map { records[$0] })
  }
}
