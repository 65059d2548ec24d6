import GPT2BinaryFiles
import GPT2TrainingCore

extension RunHistory {
  /// Steps beyond this are no steps: a Double could not tell them apart.
  private static let stepLimit = 1 << 53

  /// Reads what a run directory tells: metrics.jsonl, or else llm.c's main.log.
  ///
  /// A line that is cut short, since the run was killed while it wrote it or is still writing, is left out, and
  /// `cutLines` has its number: a last line, or one that a resume comes after. So is the beginning of one that another
  /// record is glued to, as earlier versions did once a full disk had room again.
  ///
  /// - Parameter keepingAll: Whether all that happened is kept, however long the run is; then memory has no bound.
  /// - Throws: `FileError` if it is no directory, has neither file or one without records, or any other line that is
  ///   no record.
  package init(directory: String, keepingAll: Bool = false) throws(FileError) {
    let names = try Folder.names(in: directory)
    if names.contains(Source.metrics.rawValue) {
      self = try Self(metrics: directory + "/" + Source.metrics.rawValue, keepingAll: keepingAll)
    } else if names.contains(Source.mainLog.rawValue) {
      self = try Self(mainLog: directory + "/" + Source.mainLog.rawValue, keepingAll: keepingAll)
    } else {
      throw FileError(
        directory,
        .mismatch(
          found: "neither metrics.jsonl nor main.log in it", expected: "the directory of a training run",
          advice: "name the directory that was given to train as --output"))
    }
  }

  /// Reads records as `train` writes them: one JSON object a line.
  ///
  /// - Throws: `FileError` if the file cannot be read, has no record, or a line that is none and was not cut short.
  package init(metrics path: String, keepingAll: Bool = false) throws(FileError) {
    try self.init(.metrics, path, keepingAll) { line throws(FileError) in
      if let record = Self.record(metricsLine: line.text) { return .record(record) }
      if let record = Self.record(gluedIn: line.text, from: #"{""#, Self.record(metricsLine:)) {
        return .cutBefore(record)
      }
      let error = FileError(
        path,
        .unparsableText(
          line: line.number, found: line.text,
          expected: #"a record of a run, such as {"event":"step","step":1,"loss":10.9}"#))
      // Every record begins so; what does not is no part of one.
      guard line.text.hasPrefix("{") else { throw error }
      return .perhapsCut(error)
    }
  }

  /// Reads a log in the format of llm.c's `logger.h`.
  ///
  /// It names an update by the number of updates before it, `RunRecord` by the number with it: "s:0 trl" is step 1.
  ///
  /// - Throws: `FileError` if the file cannot be read, has no record, or a line before the last that is none.
  package init(mainLog path: String, keepingAll: Bool = false) throws(FileError) {
    try self.init(.mainLog, path, keepingAll) { line throws(FileError) in
      // Of a number that was cut short, what is left is a number too.
      guard line.isWhole else { return .cut }
      if let record = Self.record(mainLogLine: line.text) { return .record(record) }
      if let record = Self.record(gluedIn: line.text, from: "s:", Self.record(mainLogLine:)) {
        return .cutBefore(record)
      }
      throw FileError(
        path,
        .unparsableText(
          line: line.number, found: line.text,
          expected: "'s:0 tel:10.9000', 's:0 eval:0.2500' or 's:0 trl:10.9000 lr:0.000100 norm:1.00'"))
    }
  }

  /// What a line turns out to be.
  private enum Line {
    case record(RunRecord)
    /// One behind the beginning of another that was cut short.
    case cutBefore(RunRecord)
    /// Not to be read, for nothing is after it.
    case cut
    /// Cut short if nothing is after it but a resume, which ends it; else damaged.
    case perhapsCut(FileError)
  }

  private init(
    _ source: Source, _ path: String, _ keepingAll: Bool,
    _ parse: (LineReader.Line) throws(FileError) -> Line
  ) throws(FileError) {
    self.init(source, keepingAll: keepingAll)
    try read(path, parse)
    guard isIncomplete else { return }
    // A long run went back to what was no longer kept: now it is known beforehand.
    self.init(source, knowing: rewinds)
    try read(path, parse)
  }

  private mutating func read(
    _ path: String, _ parse: (LineReader.Line) throws(FileError) -> Line
  ) throws(FileError) {
    var doubt: FileError?
    var lastIsCut = false
    try LineReader(path: path).forEach { line throws(FileError) in
      let parsed = try parse(line)
      if let doubt {
        guard case .record(let record) = parsed, record.event == .run else { throw doubt }
      }
      doubt = nil
      lastIsCut = !line.isWhole
      switch parsed {
      case .record(let record): append(record)
      case .cutBefore(let record):
        cutLines.append(line.number)
        append(record)
      case .cut: cutLines.append(line.number)
      case .perhapsCut(let error):
        cutLines.append(line.number)
        doubt = error
      }
    }
    if let doubt, !lastIsCut { throw doubt }
    guard recordCount > 0 else {
      throw FileError(
        path,
        .mismatch(
          found: "no records", expected: "at least one line of a run",
          advice: "wait until the run has begun, or name another run"))
    }
  }

  private static func record(metricsLine line: String) -> RunRecord? {
    guard let record = try? JSONCoding.value(RunRecord.self, from: line.utf8),
      (0...stepLimit).contains(record.step)
    else { return nil }
    return record
  }

  /// The whole record at a line's end that begins with the beginning of another; `nil` if there is none.
  ///
  /// - Parameter mark: What every record begins with.
  private static func record(
    gluedIn line: String, from mark: String, _ parse: (String) -> RunRecord?
  ) -> RunRecord? {
    var rest = line.dropFirst()
    // A full disk leaves few beginnings in a row, and damage must not cost the square of its length.
    for _ in 0..<32 {
      guard let start = rest.firstRange(of: mark)?.lowerBound else { return nil }
      if let record = parse(String(rest[start...])) { return record }
      rest = rest[start...].dropFirst()
    }
    return nil
  }

  /// `nil` if the line is none of llm.c's. Its first versions wrote "trl" alone.
  private static func record(mainLogLine line: String) -> RunRecord? {
    let fields = line.split(separator: " ").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    guard fields.count > 1, fields.allSatisfy({ $0.count == 2 }), fields[0][0] == "s",
      let step = Int(fields[0][1]), (0..<stepLimit).contains(step)
    else { return nil }
    var values: [Substring: Double] = [:]
    for field in fields.dropFirst() {
      guard let value = Double(field[1]), values.updateValue(value, forKey: field[0]) == nil else {
        return nil
      }
    }
    switch Set(values.keys) {
    case ["tel"]:
      var record = RunRecord(.validation, step: step)
      record.loss = values["tel"].map(Float.init)
      return record
    case ["eval"]:
      var record = RunRecord(.evaluation, step: step)
      record.accuracy = values["eval"]
      return record
    case ["trl"], ["trl", "lr", "norm"]:
      var record = RunRecord(.step, step: step + 1)
      record.loss = values["trl"].map(Float.init)
      record.learningRate = values["lr"].map(Float.init)
      record.gradientNorm = values["norm"].map(Float.init)
      return record
    default: return nil
    }
  }
}
