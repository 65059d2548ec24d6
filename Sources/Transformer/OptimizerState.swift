import BinaryFiles

/// llm.c's training state (magic 20240527): the optimizer's two moments and its step.
///
/// The data loader's fields of the format are left zero, as llm.c leaves them when it does not shuffle.
public enum OptimizerState {
  static let magic: Int32 = 20_240_527
  static let version: Int32 = 1
  private static let stepField = 10

  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step.
  public static func write(
    _ optimizer: AdamWOptimizer, to path: String, replacing: Bool
  ) throws(FileError) {
    var header = Header(magic: magic, version: version)
    header[2] = 1  // processes
    header[stepField] = optimizer.step
    try FileWriter.write(to: path, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      try writer.append(UnsafeRawBufferPointer(optimizer.firstMoments.values))
      try writer.append(UnsafeRawBufferPointer(optimizer.secondMoments.values))
    }
  }

  /// Puts the moments and the step of a state file into `optimizer`.
  ///
  /// - Throws: `FileError` for a file that is not a whole state of a model of the same size.
  public static func read(_ path: String, into optimizer: AdamWOptimizer) throws(FileError) {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: magic, kind: "optimizer state")
    guard header.version == version else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [version], advice: "it is newer than this program, or damaged"))
    }
    let step = try header.field(stepField, named: "step", in: 0...Int(Int32.max), of: path)
    let moments = [optimizer.firstMoments, optimizer.secondMoments].map {
      UnsafeMutableRawBufferPointer($0.values)
    }
    let expected = moments.reduce(Header.byteCount) { $0 + $1.count }
    guard file.count == expected else {
      throw FileError(path, .wrongSize(found: file.count, expected: expected))
    }
    var offset = Header.byteCount
    for moment in moments {
      moment.copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + moment.count]))
      offset += moment.count
    }
    optimizer.step = step
  }
}
