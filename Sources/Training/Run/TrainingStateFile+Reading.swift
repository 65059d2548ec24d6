import GPT2BinaryFiles
import GPT2RandomNumbers
import GPT2Tokens
import GPT2Transformer

extension TrainingStateFile {
  /// Puts the moments of a state file into `optimizer`, and the weights, if it has them, into `parameters`.
  ///
  /// - Parameters:
  ///   - path: Of the first replica's file.
  ///   - others: The files of the others, by replica; without it there must be none.
  ///   - replica: Where each replica has moments of its own, whose are wanted; `nil` where they have them together.
  /// - Throws: `FileError` for a file that is not a whole state of a model of the same size and of the same kind of
  ///   optimizer, or that is one of several processes' that are not all there. Then nothing is changed.
  package static func read(
    _ path: String, others: ((_ replica: Int) -> String)? = nil, into optimizer: Optimizer,
    ownOf replica: Int? = nil, and parameters: Parameters? = nil
  ) throws(FileError) -> TrainingState {
    let file = try MappedFile(path: path)
    let header = try checkedHeader(of: file, replica: 0, of: others == nil ? 1...1 : 1...mostReplicas)
    try check(header, areOwn: replica != nil, of: path)
    let whole = try moments(in: file, header, for: optimizer)
    let step = try header.field(Field.step, named: "step", in: 0...Int(Int32.max), of: path)
    let run = RunOfReplicas(
      replicas: header[Field.processes], step: step, paths: { $0 == 0 ? path : others?($0) ?? path })
    var (moments, data) = try run.read(whole, in: file, header)
    if let replica, (1..<run.replicas).contains(replica) {
      let file = try MappedFile(path: run.paths(replica))
      moments = try self.moments(
        in: file, try checkedHeader(of: file, replica: replica, of: run.replicas...run.replicas),
        for: optimizer)
    }
    // llm.c's own files know of none.
    let before =
      header.version == 1
      ? 0
      : try header.field(
        Field.updatesBefore, named: "updates before the run", in: 0...Int(Int32.max), of: path)

    moments.copy(into: optimizer, and: parameters)
    optimizer.step = step
    optimizer.updatesBefore = before
    let random = RoundingRandom(
      state: header[wide: Field.random], beforeLastUpdate: header[wide: Field.randomBeforeLastUpdate])
    return TrainingState(step: step, random: random, data: data)
  }

  private static let mostReplicas = 4096

  private static func moments(
    in file: MappedFile, _ header: Header, for optimizer: Optimizer
  ) throws(FileError) -> StoredMoments {
    let moments = try StoredMoments(file, header, for: optimizer)
    guard moments.kind == OptimizerKind(optimizer) else {
      throw FileError(
        file.path,
        .mismatch(
          found: "moments of \(moments.kind.words)", expected: "those of \(OptimizerKind(optimizer).words)",
          advice: "go on with the options of the first run"))
    }
    return moments
  }

  private static func check(_ header: Header, areOwn: Bool, of path: String) throws(FileError) {
    func words(_ isOwn: Bool) -> String {
      isOwn ? "moments of each replica's own steps" : "moments that all replicas have in common"
    }
    let isOwn = hasOwnMoments(header)
    guard isOwn == areOwn else {
      throw FileError(
        path,
        .mismatch(
          found: words(isOwn), expected: words(areOwn),
          advice: isOwn ? "go on with --local-steps, as it began" : "go on without --local-steps, as it began"
        ))
    }
  }

  fileprivate static func hasOwnMoments(_ header: Header) -> Bool {
    header.version >= 3 && header[Field.isOwn] == 1
  }

  /// How many replicas the run of a first replica's file has.
  ///
  /// - Throws: `FileError` if it is no such file.
  package static func replicas(of path: String) throws(FileError) -> Int {
    let file = try MappedFile(path: path)
    return try checkedHeader(of: file, replica: 0, of: 1...mostReplicas)[Field.processes]
  }

  fileprivate static func checkedHeader(
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

  fileprivate static func loaderState(
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
    var reader = LoaderOrderReader(file: file, offset: offset)
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

/// The state files of one run's replicas.
private struct RunOfReplicas {
  let replicas: Int
  let step: Int
  let paths: (_ replica: Int) -> String

  /// Where the moments are, and the place of every replica's data.
  ///
  /// - Parameter whole: The moments as they are if the first file has all of them.
  func read(
    _ whole: StoredMoments, in file: MappedFile, _ header: Header
  ) throws(FileError) -> (StoredMoments, [LoaderState]) {
    do throws(FileError) {
      return (whole, try loaderStates(file, header, end: whole.end))
    } catch {
      // As long as they are shared by the processes, as with llm.c's -z 1, the file ends somewhere else.
      guard header.version == 1, let end = whole.shards(of: replicas), file.count < whole.end,
        let states = try? loaderStates(file, header, end: end)
      else { throw error }
      var files = [file]
      for replica in 1..<replicas { files.append(try MappedFile(path: paths(replica))) }
      return (whole.sharded(among: files), states)
    }
  }

  private func loaderStates(
    _ file: MappedFile, _ header: Header, end: Int
  ) throws(FileError) -> [LoaderState] {
    guard file.count >= end else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
    var states = [try TrainingStateFile.loaderState(in: file, header, at: end)]
    for replica in 1..<max(1, replicas) { states.append(try loaderState(of: replica, end: end)) }
    return states
  }

  /// - Parameter end: Where the moments of the first file end: llm.c writes as many for every process.
  private func loaderState(of replica: Int, end: Int) throws(FileError) -> LoaderState {
    typealias Field = TrainingStateFile.Field
    let file = try MappedFile(path: paths(replica))
    let header = try TrainingStateFile.checkedHeader(of: file, replica: replica, of: replicas...replicas)
    guard header[Field.step] == step else {
      throw FileError(
        file.path,
        .invalidField(
          name: "step", found: header[Field.step], expected: "\(step), as in the first replica's file"))
    }
    // Those of later versions have no moments but in the first, unless each has its own.
    let hasMoments = header.version == 1 || TrainingStateFile.hasOwnMoments(header)
    let offset = hasMoments ? end : Header.byteCount
    guard file.count >= offset else {
      throw FileError(file.path, .wrongSize(found: file.count, expected: offset))
    }
    return try TrainingStateFile.loaderState(in: file, header, at: offset)
  }
}
