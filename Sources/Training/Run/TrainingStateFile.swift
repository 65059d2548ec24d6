import GPT2BinaryFiles
import GPT2Communication
import GPT2RandomNumbers
import GPT2Tokens
import GPT2Transformer

/// llm.c's training state (magic 20240527; `save_state` and `load_state` of train_gpt2.cu): the optimizer's moments,
/// the step, the random state and the data loader's place.
///
/// After the header come m (n), v (n), if field 4 says so the weights in fp32 (n), and if field 5 says that the
/// loader shuffles: uint64 shards, their order, uint64 samples, their order, and the Mersenne twister's state.
///
/// That is version 1, for AdamW over all tensors. Version 3 is not llm.c's, whose program refuses it: field 45 counts what
/// the optimizer keeps, and behind the header stands of each a name of 24 bytes, filled up with zeros, and a uint64 count;
/// then come the values in that order. Fields 41 and 42 say which tensors are trained, and whether adapters are. Field 43
/// counts the updates that moments from elsewhere had seen when the run began. With 1 in field 44 the data are
/// instructions, and the one shard's samples are its examples. Version 2, of earlier runs, has no names: m of all that is
/// trained, then v of all that AdamW updates; with 1 in field 40 that is not the linear layers' weights, which are Muon's.
///
/// llm.c writes a file for each process. Here there is one for each replica of a run, whatever processes make them; all
/// but the first hold no moments, only the place of that replica's data. With 1 in field 46 processes train apart, and
/// each replica's file has moments of its own.
package enum TrainingStateFile {
  static let magic: Int32 = 20_240_527
  static let versions: [Int32] = [1, 2, 3]

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
    // Of versions 2 and 3.
    static let trained = 41
    static let hasAdapters = 42
    static let updatesBefore = 43
    static let data = 44
    // Of version 3 alone.
    static let states = 45
    static let isOwn = 46
  }

  /// An entry of version 3's table: a name and a count.
  enum Entry {
    static let nameByteCount = 24
    static let byteCount = 32
  }

  /// Writes the file of the first replica.
  ///
  /// - Parameters:
  ///   - weights: To be written a second time, which llm.c's program needs by default: it calls them master
  ///     weights (`-w 1`).
  /// - Returns: The file's checksum.
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step.
  @discardableResult
  package static func write(
    _ state: TrainingState, of optimizer: Optimizer, weights: Parameters? = nil, to path: String,
    replacing: Bool
  ) throws(FileError) -> FileChecksum {
    try write(
      state, of: optimizer, gatheredBy: StateExchange(optimizer, sharedBy: OneProcess(), keeping: .same),
      weights: weights, to: path, replacing: replacing)
  }

  /// - Parameters:
  ///   - isOwn: Whether each replica has moments of its own.
  ///   - replica: Whose file it is: the first's, unless each has its own.
  ///   - exchange: Has all that the optimizers of several processes keep.
  ///   - folder: That `path` is in, if it is held.
  /// - Throws: As above.
  static func write(
    _ state: TrainingState, of optimizer: Optimizer, isOwn: Bool = false, replica: Int = 0,
    gatheredBy exchange: StateExchange, weights: Parameters?, to path: String, in folder: HeldFolder? = nil,
    replacing: Bool
  ) throws(FileError) -> FileChecksum {
    precondition(isOwn || replica == 0, "the first has the moments")
    // llm.c's program knows of no outer step.
    let isLLMC =
      OptimizerKind(optimizer).isLLMC && optimizer.updatesBefore == 0 && state.data[0].kind == .tokens
      && !isOwn
    var header = Header(magic: magic, version: isLLMC ? 1 : 3)
    if !isLLMC {
      header[Field.trained] = Int(optimizer.trained.bits)
      header[Field.hasAdapters] = optimizer.adapters == nil ? 0 : 1
      header[Field.updatesBefore] = optimizer.updatesBefore
      header[Field.data] = state.data[0].kind.rawValue
      header[Field.states] = optimizer.states.count
      header[Field.isOwn] = isOwn ? 1 : 0
    }
    header[Field.hasWeights] = weights == nil ? 0 : 1
    return try write(state, replica: replica, header, to: path, in: folder, replacing: replacing) {
      writer throws(FileError) in
      if !isLLMC { for state in optimizer.states { try writer.append(entry(of: state)) } }
      try exchange.forEachPart(of: replica) { part throws(FileError) in try writer.append(part) }
      if let weights { try writer.append(UnsafeRawBufferPointer(weights.values)) }
    }
  }

  private static func entry(of state: OptimizerState) -> [UInt8] {
    let name = Array(state.name.utf8)
    precondition(name.count <= Entry.nameByteCount, "a name that does not fit")
    let count = (0..<8).map { UInt8(truncatingIfNeeded: state.count >> (8 * $0)) }
    return name + [UInt8](repeating: 0, count: Entry.nameByteCount - name.count) + count
  }

  /// Writes the file of another replica than the first.
  ///
  /// - Parameter folder: That `path` is in, if it is held.
  /// - Returns: The file's checksum.
  /// - Throws: As `write`.
  @discardableResult
  package static func write(
    _ state: TrainingState, replica: Int, to path: String, in folder: HeldFolder? = nil, replacing: Bool
  ) throws(FileError) -> FileChecksum {
    precondition(replica > 0, "the first has the moments")
    // Not llm.c's, which has tensors.
    var header = Header(magic: magic, version: 3)
    header[Field.data] = state.data[replica].kind.rawValue
    return try write(state, replica: replica, header, to: path, in: folder, replacing: replacing) { _ in }
  }

  private static func write(
    _ state: TrainingState, replica: Int, _ start: Header, to path: String, in folder: HeldFolder?,
    replacing: Bool, tensors: (FileWriter) throws(FileError) -> Void
  ) throws(FileError) -> FileChecksum {
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
    return try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      try tensors(writer)
      guard let generator = data.generator else { return }
      for order in [data.shardOrder, data.sampleOrder] {
        try writer.append([UInt64(order.count).littleEndian])
        try writer.append(order.map(\.littleEndian))
      }
      try writer.append(generator.stateBytes)
    }
  }
}
