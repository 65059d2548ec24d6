import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing
import GPT2TrainingCore

@testable import GPT2Reports

@Suite struct RunHistoryTests {
  @Test func recordsAreReadAsTheyAreWritten() throws {
    var update = RunRecord(.step, step: 1)
    update.loss = 10.5
    update.learningRate = 3e-4
    update.gradientNorm = 2
    update.milliseconds = 250
    update.tokensPerSecond = 1024
    update.gigaflops = 80
    var sample = RunRecord(.sample, step: 1)
    sample.text = "To be\n\u{0} <b>"
    let history = try Self.history([update, sample])
    #expect(history.source == .metrics)
    let read = try #require(history.updates.first)
    #expect(read.step == 1 && read.loss == 10.5 && read.gradientNorm == 2 && read.gigaflops == 80)
    #expect(read.learningRate == Double(Float(3e-4)))
    #expect(read.tokens == 256)
    #expect(history.samples == [RunHistory.Sample(step: 1, text: "To be\n\u{0} <b>")])
    #expect(history.lastStep == 1)
    #expect(history.cutLines.isEmpty)
  }

  @Test func lossesOfAveragedWeightsAreReadWhereThereAreSome() throws {
    func validation(_ step: Int, _ emaLoss: Float?) -> RunRecord {
      var record = Self.validation(step, 3)
      record.emaLoss = emaLoss
      return record
    }
    let history = try Self.history(
      [
        Self.run(0), validation(0, nil), validation(2, 2.5), validation(4, 2), Self.run(2),
        validation(2, 2.25),
      ])
    #expect(history.averageValidations == [RunHistory.Measurement(step: 2, value: 2.25)])
    let lines = history.csv.split(separator: "\n")
    #expect(lines[0].hasSuffix(",validation_loss,ema_validation_loss,accuracy"))
    #expect(lines[1].hasSuffix(",3.0,,") && lines[2].hasSuffix(",3.0,2.25,"))
    let plain = try Self.history([Self.run(0), validation(0, nil)])
    #expect(!plain.csv.contains("ema"))
  }

  @Test func numbersThatAreNoneAreRead() throws {
    let history = try Self.history(
      lines: [
        #"{"event":"step","step":1,"loss":"NaN","gradientNorm":"Infinity"}"#,
        #"{"event":"step","step":2}"#,
      ])
    #expect(history.updates[0].loss.isNaN)
    #expect(history.updates[0].gradientNorm == .infinity)
    #expect(history.updates[1].loss.isNaN)
  }

  @Test func whatIsDoneAgainCountsAsItWasDoneLast() throws {
    let history = try Self.history(
      [Self.run(0)] + Self.updates(1...6, loss: 1)
        + [Self.validation(0, 9), Self.validation(4, 5), Self.validation(6, 4)]
        + [Self.run(4), Self.validation(4, 5.5)] + Self.updates(5...5, loss: 2))
    #expect(history.updates.map(\.step) == [1, 2, 3, 4, 5])
    #expect(history.updates.map(\.loss) == [1, 1, 1, 1, 2])
    // Of what came after the checkpoint, nothing is left of the part that was lost.
    #expect(history.validations.map(\.step) == [0, 4])
    #expect(history.validations.map(\.value) == [9, 5.5])
    #expect(history.resumes == [4])
    #expect(history.lostUpdates == 2)
    #expect(history.parts.map(\.step) == [0, 4])
    #expect(history.lastStep == 5)
  }

  @Test func aResumeForgetsBeforeItsFirstStep() throws {
    var sample = RunRecord(.sample, step: 6)
    sample.text = "lost"
    let history = try Self.history(
      [Self.run(0)] + Self.updates(1...6, loss: 1) + [Self.validation(6, 4), sample, Self.run(4)])
    #expect(history.updates.map(\.step) == [1, 2, 3, 4])
    #expect(history.validations.isEmpty && history.samples.isEmpty)
    #expect(history.lostUpdates == 2 && history.lastStep == 4)
  }

  @Test func aResumeBeforeAnotherForgetsIt() throws {
    let history = try Self.history(
      [Self.run(0)] + Self.updates(1...6, loss: 1) + [Self.run(4)] + Self.updates(5...6, loss: 2)
        + [Self.run(2)] + Self.updates(3...4, loss: 3))
    #expect(history.updates.map(\.loss) == [1, 1, 3, 3])
    #expect(history.resumes == [2])
    #expect(history.lostUpdates == 2 + 4)
  }

  @Test func aRunThatIsBegunAnewIsNoResume() throws {
    let history = try Self.history(
      [Self.run(0)] + Self.updates(1...3, loss: 1) + [Self.run(0)] + Self.updates(1...1, loss: 2))
    #expect(history.updates.map(\.loss) == [2])
    #expect(history.resumes.isEmpty)
  }

  @Test func anEndIsTheLastOne() throws {
    var stopped = RunRecord(.end, step: 2)
    stopped.reason = "interrupted"
    var finished = RunRecord(.end, step: 4)
    finished.reason = "all steps made"
    let first = [Self.run(0)] + Self.updates(1...2, loss: 1) + [stopped]
    #expect(try Self.history(first).ending == RunHistory.Ending(step: 2, reason: "interrupted"))
    #expect(try Self.history(first + [Self.run(2)]).ending == nil)
    let whole = first + [Self.run(2)] + Self.updates(3...4, loss: 1) + [finished]
    #expect(try Self.history(whole).ending?.reason == "all steps made")
  }

  @Test func skippedUpdatesKeepTheirReasons() throws {
    var skipped = RunRecord(.skipped, step: 3)
    skipped.reason = "gradient norm"
    // Whether or not the step that was left out is made with the next batch.
    for next in [3, 4] {
      let history = try Self.history(
        Self.updates(1...2, loss: 1) + [skipped] + Self.updates(next...5, loss: 1))
      #expect(history.skipped == [RunHistory.Skipped(step: 3, reason: "gradient norm")])
      #expect(history.resumes.isEmpty)
      #expect(history.updates.last?.step == 5)
    }
  }

  @Test func aLastLineThatIsCutShortIsLeftOut() throws {
    let whole = Self.text(Self.updates(1...3, loss: 1))
    // At every place, also inside a character of more than one byte.
    let last = Array(#"{"event":"sample","step":3,"text":"é"}"#.utf8)
    for length in 1..<last.count {
      let history = try Self.history(bytes: Array(whole.utf8) + last[..<length])
      #expect(history.updates.count == 3)
      #expect(history.cutLines == [4])
    }
    let history = try Self.history(bytes: Array(whole.utf8) + last)
    #expect(history.samples.count == 1 && history.cutLines.isEmpty)
  }

  @Test func aLineThatAResumeEndedIsLeftOut() throws {
    let update = Self.text(Self.updates(1...2, loss: 1))
    let resumed = Self.text([Self.run(1)] + Self.updates(2...2, loss: 5))
    let history = try Self.history(bytes: Array((update + #"{"event":"st"# + "\n" + resumed).utf8))
    #expect(history.cutLines == [3])
    #expect(history.updates.map(\.loss) == [1, 5])
    #expect(history.lostUpdates == 1)
    // Before anything else it is damage, as is one that has an end and nothing after it.
    for after in [update, "{\n" + resumed, ""] {
      #expect(throws: FileError.self) {
        try Self.history(bytes: Array((update + #"{"event":"st"# + "\n" + after).utf8))
      }
    }
  }

  /// A disk that was full for a moment, as earlier versions left it: the next record is glued to the torn one.
  @Test(arguments: [#"{"event":"st"#, "{", #"{"event":"step","loss":1.5,"#, #"{"event":"sa{"eve"#])
  func aRecordBehindATornOneIsRead(torn: String) throws {
    let (before, after) = (Self.text(Self.updates(1...2, loss: 1)), Self.text(Self.updates(4...5, loss: 2)))
    let history = try Self.history(bytes: Array((before + torn + after).utf8))
    #expect(history.updates.map(\.step) == [1, 2, 4, 5])
    #expect(history.cutLines == [3])
  }

  @Test(arguments: ["s:2 trl:4.5", "s:2", "s", "s:2 trl:4.5000 lr:0.0003 no", "s:1s:2 t"])
  func soItIsInTheMainLog(torn: String) throws {
    let directory = try TemporaryDirectory()
    let text =
      "s:0 trl:5.0000 lr:0.000300 norm:1.00\n" + torn + "s:3 trl:4.0000 lr:0.000300 norm:1.00\ns:4 tel:3.5\n"
    _ = try directory.write(Array(text.utf8), to: "main.log")
    let history = try RunHistory(directory: directory.path)
    #expect(history.updates.map(\.step) == [1, 4])
    #expect(history.validations.map(\.value) == [3.5])
    #expect(history.cutLines == [2])
  }

  @Test func blankLinesAndWindowsLineEndsDoNoHarm() throws {
    let text = Self.text(Self.updates(1...2, loss: 1)).replacing("\n", with: "\r\n\r\n")
    #expect(try Self.history(bytes: Array(text.utf8)).updates.count == 2)
  }

  @Test func bytesThatAreNoTextAreReplaced() throws {
    let line = Array(#"{"event":"sample","step":1,"text":"a"#.utf8) + [0xFF, 0xC3] + Array("\"}\n".utf8)
    #expect(try Self.history(bytes: line).samples.first?.text == "a\u{FFFD}\u{FFFD}")
  }

  @Test(arguments: [
    "nonsense", "{", "[]", "null", #"{"event":"step"}"#, #"{"event":"feast","step":1}"#,
    #"{"event":"step","step":-1}"#, #"{"event":"step","step":1.5}"#, #"{"event":"step","step":"1"}"#,
    #"{"event":"step","step":9223372036854775807}"#, #"{"event":"step","step":1,"loss":"high"}"#,
    #"{"event":"step","step":1,"loss":1e99}"#, #"{"event":"step","step":99999999999999999999}"#,
    #"{"event":"sample","step":1,"text":"cut"#,
  ])
  func aDamagedLineIsNamed(line: String) throws {
    let directory = try TemporaryDirectory()
    let good = Self.text(Self.updates(1...2, loss: 1))
    let path = try directory.write(Array((good + line + "\n" + good).utf8), to: "metrics.jsonl")
    let cause = expectFileError(path) { _ = try RunHistory(directory: directory.path) }
    guard case .unparsableText(let number, let found, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(number == 3)
    #expect(found == line)
  }

  @Test func aDirectoryWithoutARunIsRefused() throws {
    let directory = try TemporaryDirectory()
    guard case .mismatch = expectFileError(directory.path, { _ = try RunHistory(directory: directory.path) })
    else {
      Issue.record("expected a mismatch")
      return
    }
    let missing = directory.file("missing")
    #expect(expectFileError(missing) { _ = try RunHistory(directory: missing) } == .notFound)
    let file = try directory.write([1], to: "file")
    #expect(expectFileError(file) { _ = try RunHistory(directory: file) } == .notDirectory)
  }

  @Test(arguments: ["", "\n\n", #"{"event":"st"#])
  func aRunWithoutRecordsIsRefused(text: String) throws {
    let directory = try TemporaryDirectory()
    for name in ["metrics.jsonl", "main.log"] {
      let path = try directory.write(Array(text.utf8), to: name)
      let cause = expectFileError(path) {
        if name == "main.log" { _ = try RunHistory(mainLog: path) } else { _ = try RunHistory(metrics: path) }
      }
      guard case .mismatch(found: "no records", _, _) = cause else {
        Issue.record("\(String(describing: cause))")
        return
      }
    }
  }

  // MARK: Records

  static func run(_ step: Int) -> RunRecord { RunRecord(.run, step: step) }

  static func updates(_ steps: ClosedRange<Int>, loss: Float) -> [RunRecord] {
    steps.map { step in
      var record = RunRecord(.step, step: step)
      record.loss = loss
      return record
    }
  }

  static func validation(_ step: Int, _ loss: Float) -> RunRecord {
    var record = RunRecord(.validation, step: step)
    record.loss = loss
    return record
  }

  static func text(_ records: [RunRecord]) -> String {
    let encoder = JSONEncoder()
    return records.compactMap { try? encoder.encode($0) }
      .map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
  }

  static func history(_ records: [RunRecord]) throws -> RunHistory {
    try history(bytes: Array(text(records).utf8))
  }

  static func history(lines: [String]) throws -> RunHistory {
    try history(bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  static func history(bytes: [UInt8]) throws -> RunHistory {
    let directory = try TemporaryDirectory()
    _ = try directory.write(bytes, to: "metrics.jsonl")
    return try RunHistory(directory: directory.path)
  }
}
