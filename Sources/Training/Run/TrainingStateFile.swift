import BinaryFiles
import RandomNumbers
import Tokens
import Transformer

/// llm.c's training state (magic 20240527; `save_state` and `load_state` of train_gpt2.cu): the optimizer's moments,
/// the step, the random state and the data loader's place.
///
/// After the header come m (n), v (n), if field 4 says so the weights in fp32 (n), and if field 5 says that the
/// loader shuffles: uint64 shards, their order, uint64 samples, their order, and the Mersenne twister's state.
///
/// That is version 1, for AdamW over all tensors. Version 2 is not llm.c's, whose program refuses it: the moments are
/// those of the tensors whose bits are in field 41, those of the adapters follow them, and with 1 in field 40 the
/// optimizer is Muon, which has no second moments where it needs none. Field 43 counts the updates that
/// moments from elsewhere had seen when the run began. With 1 in field 44 the data are instructions, and the one shard's
/// samples are its examples.
///
/// llm.c writes a file for each process. Here there is one for each replica of a run, whatever processes make them; all
/// but the first are of version 2 and hold no moments, only the place of that replica's data.
public enum TrainingStateFile {
  static let magic: Int32 = 20_240_527
  static let versions: [Int32] = [1, 2]

  /// The fields of the header.
  enum Field {
    static let processes = 2
    static let rank = 3
    static let hasWeights = 4
    static let shuffles = 5
    static let step = 10
    // Two fields each.
    static let random = 20
    static let randomBeforeLastUpdate = 22
    static let shard = 30
    static let sample = 32
    // Of version 2 alone.
    static let method = 40
    static let trained = 41
    static let hasAdapters = 42
    static let updatesBefore = 43
    static let data = 44
  }

  /// What the moments in a file, or of an optimizer, are.
  private struct Kind: Equatable {
    let method: Int
    let trained: Int
    let hasAdapters: Int

    static let llmc = Kind(method: 0, trained: Int(TensorSet.all.bits), hasAdapters: 0)

    init(method: Int, trained: Int, hasAdapters: Int) {
      self.method = method
      self.trained = trained
      self.hasAdapters = hasAdapters
    }

    init(_ optimizer: Optimizer) {
      method = optimizer.settings.method == .adamW ? 0 : 1
      trained = Int(optimizer.firstMoments.present.bits)
      hasAdapters = optimizer.firstMoments.adapters == nil ? 0 : 1
    }

    init(_ header: Header) {
      self =
        header.version == 1
        ? .llmc
        : Kind(
          method: header[Field.method], trained: header[Field.trained], hasAdapters: header[Field.hasAdapters]
        )
    }

    /// "AdamW over all"
    var words: String {
      let tensors = TensorSet(bits: UInt16(truncatingIfNeeded: trained))
      return (method == 0 ? "AdamW" : "Muon") + " over \(tensors)" + (hasAdapters == 0 ? "" : " and adapters")
    }
  }

  /// Writes the file of the first replica.
  ///
  /// - Parameters:
  ///   - weights: To be written a second time, which llm.c's program needs by default: it calls them master
  ///     weights (`-w 1`).
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step.
  public static func write(
    _ state: TrainingState, of optimizer: Optimizer, weights: Parameters? = nil, to path: String,
    replacing: Bool
  ) throws(FileError) {
    let kind = Kind(optimizer)
    let isLLMC = kind == .llmc && optimizer.updatesBefore == 0 && state.data[0].kind == .tokens
    var header = Header(magic: magic, version: isLLMC ? 1 : 2)
    if header.version == 2 {
      header[Field.method] = kind.method
      header[Field.trained] = kind.trained
      header[Field.hasAdapters] = kind.hasAdapters
      header[Field.updatesBefore] = optimizer.updatesBefore
      header[Field.data] = state.data[0].kind.rawValue
    }
    header[Field.hasWeights] = weights == nil ? 0 : 1
    try write(
      state, replica: 0, header,
      [optimizer.firstMoments, optimizer.secondMoments, weights].compactMap { $0 },
      to: path, replacing: replacing)
  }

  /// Writes the file of another replica than the first.
  ///
  /// - Throws: As `write`.
  public static func write(
    _ state: TrainingState, replica: Int, to path: String, replacing: Bool
  ) throws(FileError) {
    precondition(replica > 0, "the first has the moments")
    // Version 2, with no tensors.
    var header = Header(magic: magic, version: 2)
    header[Field.data] = state.data[replica].kind.rawValue
    try write(state, replica: replica, header, [], to: path, replacing: replacing)
  }

  private static func write(
    _ state: TrainingState, replica: Int, _ start: Header, _ parts: [Parameters], to path: String,
    replacing: Bool
  ) throws(FileError) {
    let data = state.data[replica]
    var header = start
    header[Field.processes] = state.data.count
    header[Field.rank] = replica
    header[Field.shuffles] = data.generator == nil ? 0 : 1
    header[Field.step] = state.step
    header[wide: Field.random] = state.random.state
    header[wide: Field.randomBeforeLastUpdate] = state.random.beforeLastUpdate
    header[wide: Field.shard] = UInt64(data.shard)
    header[wide: Field.sample] = UInt64(data.sample)
    try FileWriter.write(to: path, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      for values in parts { try writer.append(UnsafeRawBufferPointer(values.values)) }
      guard let generator = data.generator else { return }
      for order in [data.shardOrder, data.sampleOrder] {
        try writer.append([UInt64(order.count).littleEndian])
        try writer.append(order.map(\.littleEndian))
      }
      try writer.append(generator.stateBytes)
    }
  }

  /// Puts the moments of a state file into `optimizer`, and the weights, if it has them, into `parameters`.
  ///
  /// - Parameters:
  ///   - path: Of the first replica's file.
  ///   - others: The files of the others, by replica; without it there must be none.
  /// - Throws: `FileError` for a file that is not a whole state of a model of the same size and of the same kind of
  ///   optimizer, or that is one of several processes' that are not all there. Then nothing is changed.
  public static func read(
    _ path: String, others: ((_ replica: Int) -> String)? = nil, into optimizer: Optimizer,
    and parameters: Parameters? = nil
  ) throws(FileError) -> TrainingState {
    let file = try MappedFile(path: path)
    let header = try checkedHeader(of: file, replica: 0, of: others == nil ? 1...1 : 1...mostReplicas)
    guard Kind(header) == Kind(optimizer) else {
      throw FileError(
        path,
        .mismatch(
          found: "moments of \(Kind(header).words)", expected: "those of \(Kind(optimizer).words)",
          advice: "go on with the options of the first run"))
    }
    let hasWeights = header[Field.hasWeights] == 1
    let step = try header.field(Field.step, named: "step", in: 0...Int(Int32.max), of: path)
    // In their order in the file; what there is nothing for is passed over.
    let parts: [(target: Parameters?, bytes: Int)] =
      ([optimizer.firstMoments, optimizer.secondMoments].map { ($0, $0.byteCount) })
      + (hasWeights ? [(parameters, try weightBytes(optimizer, path))] : [])
    let orders = parts.reduce(Header.byteCount) { $0 + $1.bytes }
    guard file.count >= orders else { throw FileError(path, .wrongSize(found: file.count, expected: orders)) }
    var data = [try loaderState(in: file, header, at: orders)]
    if let others {
      for replica in 1..<max(1, header[Field.processes]) {
        data.append(
          try loaderState(
            of: replica, others(replica), of: header[Field.processes], step: step, behindMomentsAt: orders))
      }
    }
    // llm.c's own files know of none.
    let before =
      header.version == 1
      ? 0
      : try header.field(
        Field.updatesBefore, named: "updates before the run", in: 0...Int(Int32.max), of: path)

    var start = Header.byteCount
    for (target, bytes) in parts {
      if let target {
        UnsafeMutableRawBufferPointer(target.values)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + bytes]))
      }
      start += bytes
    }
    optimizer.step = step
    optimizer.updatesBefore = before
    let random = RoundingRandom(
      state: header[wide: Field.random], beforeLastUpdate: header[wide: Field.randomBeforeLastUpdate])
    return TrainingState(step: step, random: random, data: data)
  }

  /// Of all the weights, whichever of them are trained.
  private static func weightBytes(_ optimizer: Optimizer, _ path: String) throws(FileError) -> Int {
    let configuration = optimizer.firstMoments.configuration
    guard
      let bytes = configuration.parameterCount.map({ CheckedCount($0) * MemoryLayout<Float>.stride })?.value
    else { throw FileError(path, .wrongSize(found: 0, expected: .max)) }
    return bytes
  }

  private static let mostReplicas = 4096

  /// How many replicas the run of a first replica's file has.
  ///
  /// - Throws: `FileError` if it is no such file.
  public static func replicas(of path: String) throws(FileError) -> Int {
    let file = try MappedFile(path: path)
    return try checkedHeader(of: file, replica: 0, of: 1...mostReplicas)[Field.processes]
  }

  /// The place of another replica's loader.
  ///
  /// - Parameter moments: Where the moments of the first end; llm.c writes them for every process.
  private static func loaderState(
    of replica: Int, _ path: String, of replicas: Int, step: Int, behindMomentsAt moments: Int
  ) throws(FileError) -> LoaderState {
    let file = try MappedFile(path: path)
    let header = try checkedHeader(of: file, replica: replica, of: replicas...replicas)
    guard header[Field.step] == step else {
      throw FileError(
        path,
        .invalidField(
          name: "step", found: header[Field.step], expected: "\(step), as in the first replica's file"))
    }
    let hasMoments = header.version == 1 || header[Field.trained] != 0
    let offset = hasMoments ? moments : Header.byteCount
    guard file.count >= offset else { throw FileError(path, .wrongSize(found: file.count, expected: offset)) }
    return try loaderState(in: file, header, at: offset)
  }

  private static func checkedHeader(
    of file: MappedFile, replica: Int, of replicas: ClosedRange<Int>
  ) throws(FileError) -> Header {
    let header = try Header(of: file, magic: magic, kind: "training state")
    guard versions.contains(header.version) else {
      throw FileError(
        file.path,
        .unsupportedVersion(
          found: header.version, supported: versions, advice: "it is newer than this program, or damaged"))
    }
    _ = try header.field(Field.processes, named: "number of processes", in: replicas, of: file.path)
    _ = try header.field(Field.rank, named: "rank of the process", in: replica...replica, of: file.path)
    _ = try header.field(Field.hasWeights, named: "master weights", in: 0...1, of: file.path)
    _ = try header.field(Field.shuffles, named: "shuffling", in: 0...1, of: file.path)
    return header
  }

  private static func loaderState(
    in file: MappedFile, _ header: Header, at offset: Int
  ) throws(FileError) -> LoaderState {
    let kind = try dataKind(header, of: file.path)
    let shard = try place(header, Field.shard, "shard", of: file.path)
    let sample = try place(header, Field.sample, "sample", of: file.path)
    guard header[Field.shuffles] == 1 else {
      guard file.count == offset else {
        throw FileError(file.path, .wrongSize(found: file.count, expected: offset))
      }
      return LoaderState(
        kind: kind, shard: shard, sample: sample, generator: nil, shardOrder: [], sampleOrder: [])
    }
    var reader = OrderReader(file: file, offset: offset)
    let shardOrder = try reader.order()
    let sampleOrder = try reader.order()
    let generator = try reader.generator()
    return LoaderState(
      kind: kind, shard: shard, sample: sample, generator: generator, shardOrder: shardOrder,
      sampleOrder: sampleOrder)
  }

  private static func dataKind(_ header: Header, of path: String) throws(FileError) -> LoaderState.Kind {
    // llm.c's own files know of one kind.
    guard header.version > 1 else { return .tokens }
    let value = try header.field(Field.data, named: "kind of data", in: 0...1, of: path)
    return LoaderState.Kind(rawValue: value) ?? .tokens
  }

  private static func place(
    _ header: Header, _ field: Int, _ name: String, of path: String
  ) throws(FileError) -> Int {
    guard let value = Int(exactly: header[wide: field]), value <= Int(Int32.max) else {
      throw FileError(
        path,
        .invalidField(
          name: name, found: Int(clamping: header[wide: field]), expected: "a value from 0 to \(Int32.max)"))
    }
    return value
  }
}

extension Parameters {
  fileprivate var byteCount: Int { values.count * MemoryLayout<Float>.stride }
}

/// Reads what a shuffling loader adds to the end of a state file.
private struct OrderReader {
  let file: MappedFile
  var offset: Int

  /// A count and as many int32.
  mutating func order() throws(FileError) -> [Int32] {
    let countBytes = MemoryLayout<UInt64>.size
    try check(CheckedCount(countBytes))
    let declared = file.load(UInt64.self, at: offset)
    offset += countBytes
    let count = Int(clamping: declared)
    try check(CheckedCount(count) * MemoryLayout<Int32>.size)
    defer { offset += count * MemoryLayout<Int32>.size }
    return (0..<count).map { file.load(Int32.self, at: offset + $0 * MemoryLayout<Int32>.size) }
  }

  /// The last of the file.
  mutating func generator() throws(FileError) -> MersenneTwister {
    let end = offset + MersenneTwister.stateByteCount
    guard file.count == end else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
    guard let generator = MersenneTwister(stateBytes: file.bytes[offset..<end]) else {
      throw FileError(
        file.path,
        .mismatch(
          found: "an impossible state of the random generator", expected: "one that llm.c's can be in",
          advice: "the file is damaged; go on from another checkpoint"))
    }
    return generator
  }

  /// - Throws: `FileError` if the file has not so many more bytes.
  private func check(_ bytes: CheckedCount) throws(FileError) {
    let end = (CheckedCount(offset) + bytes).value ?? .max
    guard end <= file.count else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
  }
}
