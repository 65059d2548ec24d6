import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer

/// What processes that train apart have in common beside the weights, in `outer_STEP.bin`: the velocity u of an
/// `OuterOptimizer`.
///
/// After the header come its n values in fp32. Field 2 is the step, 3 and 4 are n as a uint64, 5 and 6 the values'
/// `Checksum`.
enum OuterStateFile {
  static let magic: Int32 = 20_261_127
  static let version: Int32 = 1

  enum Field {
    static let step = 2
    // Two fields each.
    static let count = 3
    static let checksum = 5
  }

  /// - Returns: The file's checksum.
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step.
  static func write(
    _ velocity: Parameters, step: Int, to path: String, in folder: HeldFolder? = nil, replacing: Bool,
    on workers: Workers
  ) throws(FileError) -> FileChecksum {
    var header = Header(magic: magic, version: version)
    header[Field.step] = step
    header[wide: Field.count] = UInt64(velocity.values.count)
    header[wide: Field.checksum] = Checksum.of(velocity.values, on: workers)
    defer { withExtendedLifetime(velocity) {} }
    return try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      try writer.append(UnsafeRawBufferPointer(velocity.values))
    }
  }

  /// - Throws: `FileError` for a file that is not whole, of another step, or of another number of trained values.
  static func read(_ path: String, step: Int, into velocity: Parameters, on workers: Workers)
    throws(FileError)
  {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: magic, kind: "outer optimizer's state")
    guard header.version == version else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [version], advice: "it is newer than this program, or damaged"))
    }
    guard header[Field.step] == step else {
      throw FileError(
        path, .invalidField(name: "step", found: header[Field.step], expected: "\(step), as in its name"))
    }
    let values = velocity.values
    guard header[wide: Field.count] == UInt64(values.count) else {
      throw FileError(
        path,
        .invalidField(
          name: "number of values", found: Int(clamping: header[wide: Field.count]),
          expected: "\(values.count), as many as are trained"))
    }
    let expected = Header.byteCount + values.count * MemoryLayout<Float>.stride
    guard file.count == expected else {
      throw FileError(path, .wrongSize(found: file.count, expected: expected))
    }
    UnsafeMutableRawBufferPointer(values).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: file.bytes[Header.byteCount...]))
    let isWhole = Checksum.of(values, on: workers) == header[wide: Field.checksum]
    withExtendedLifetime((file, velocity)) {}
    guard isWhole else {
      throw FileError(
        path,
        .mismatch(
          found: "values that are not those of its checksum", expected: "the file as it was written",
          advice: "remove the file DONE_… of that step to go on from the checkpoint before it"))
    }
  }
}
