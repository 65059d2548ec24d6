import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer

/// What the optimizer had kept when a state file was written, and the weights beside it: where they are, and how they get
/// into an optimizer that may be one process's share.
struct StoredMoments {
  private enum Layout {
    /// One after the other, in the optimizer's order.
    case named
    /// Of version 2: the first of each piece, whichever rule's it is, then the second of those that have one.
    case unnamed
    /// Of llm.c's `-z 1`: of each tensor's layer every process has an equal part, so that each file has an equal part of
    /// every tensor.
    case shards([MappedFile])
  }

  let kind: OptimizerKind
  /// Where the loader's state begins in the first file.
  let end: Int
  private let file: MappedFile
  private let layout: Layout
  /// Where the values begin.
  private let start: Int
  private let hasWeights: Bool
  private let configuration: Configuration

  /// - Throws: `FileError` if the file has not so many bytes, or a table that is none.
  init(
    _ file: MappedFile, _ header: Header, for optimizer: Optimizer
  ) throws(FileError) {
    self.file = file
    configuration = optimizer.configuration
    hasWeights = header[TrainingStateFile.Field.hasWeights] == 1
    switch header.version {
    case 3:
      layout = .named
      kind = try Self.namedKind(in: file, header)
      start = Header.byteCount + kind.states.count * TrainingStateFile.Entry.byteCount
    default:
      layout = header.version == 1 ? .named : .unnamed
      kind = Self.kind(ofVersion: header.version, header, configuration, optimizer.adapters)
      start = Header.byteCount
    }
    let weights = hasWeights ? Self.weightCount(configuration) : CheckedCount(0)
    let values = kind.states.reduce(weights) { $0 + $1.count }
    end = (values * MemoryLayout<Float>.stride + start).value ?? .max
  }

  /// The same of a run of llm.c's in which every process has a part of the moments.
  ///
  /// - Parameter files: Of all processes, by rank.
  private init(_ whole: StoredMoments, shards files: [MappedFile]) {
    kind = whole.kind
    file = whole.file
    start = whole.start
    hasWeights = whole.hasWeights
    configuration = whole.configuration
    layout = .shards(files)
    end = start + (whole.end - start) / files.count
  }

  /// - Returns: `nil` if tensors cannot be shared so.
  func shards(of processes: Int) -> Int? {
    guard kind.isLLMC, processes > 1 else { return nil }
    let isEven = ParameterTensor.allCases.allSatisfy { tensor in
      let (rows, columns) = tensor.shape(in: configuration)
      return (rows * columns) % processes == 0
    }
    return isEven ? start + (end - start) / processes : nil
  }

  func sharded(among files: [MappedFile]) -> StoredMoments { StoredMoments(self, shards: files) }

  private static func namedKind(in file: MappedFile, _ header: Header) throws(FileError) -> OptimizerKind {
    typealias Entry = TrainingStateFile.Entry
    let count = try header.field(
      TrainingStateFile.Field.states, named: "number of what the optimizer keeps", in: 0...64, of: file.path)
    let end = Header.byteCount + count * Entry.byteCount
    guard file.count >= end else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
    let states = (0..<count).map { index -> (name: String, count: Int) in
      let place = Header.byteCount + index * Entry.byteCount
      let name = file.bytes[place..<place + Entry.nameByteCount].prefix { $0 != 0 }
      let values = file.load(UInt64.self, at: place + Entry.nameByteCount)
      return (String(decoding: name, as: UTF8.self), Int(clamping: values))
    }
    return OptimizerKind(
      states: states,
      trained: TensorSet(bits: UInt16(truncatingIfNeeded: header[TrainingStateFile.Field.trained])),
      hasAdapters: header[TrainingStateFile.Field.hasAdapters] != 0)
  }

  /// Of versions in which names and counts follow from what is trained.
  private static func kind(
    ofVersion version: Int32, _ header: Header, _ configuration: Configuration, _ adapters: AdapterLayout?
  ) -> OptimizerKind {
    typealias Field = TrainingStateFile.Field
    let isLLMC = version == 1
    let trained = isLLMC ? .all : TensorSet(bits: UInt16(truncatingIfNeeded: header[Field.trained]))
    let hasAdapters = !isLLMC && header[Field.hasAdapters] != 0
    let settings = Optimizer.Settings(method: isLLMC || header[Field.method] == 0 ? .adamW : .muon)
    return OptimizerKind(
      states: Optimizer.states(
        configuration, training: trained, adapters: hasAdapters ? adapters : nil, settings: settings),
      trained: trained, hasAdapters: hasAdapters)
  }

  private static func weightCount(_ configuration: Configuration) -> CheckedCount {
    ParameterTensor.allCases.reduce(CheckedCount(0)) { $0 + $1.checkedCount(in: configuration) }
  }
}

// Copying, once all is known to be there.
extension StoredMoments {
  /// Puts this process's share of what was kept into `optimizer`, and the weights, if there are some, into `parameters`.
  ///
  /// - Precondition: `kind` is the optimizer's.
  func copy(into optimizer: Optimizer, and parameters: Parameters?) {
    switch layout {
    case .named:
      var place = start
      for state in optimizer.states {
        copy(at: place + state.range.lowerBound * MemoryLayout<Float>.stride, to: state.values)
        place += state.count * MemoryLayout<Float>.stride
      }
      copyWeights(at: place, to: parameters)
    case .unnamed:
      copyWeights(at: start + optimizer.copyUnnamed { copy(at: start + $0, to: $1) }, to: parameters)
    case .shards(let files):
      for (index, state) in optimizer.states.enumerated() {
        copyShards(files, array: index, range: state.range, to: state.values)
      }
      if hasWeights, let parameters {
        let values = parameters.values
        copyShards(files, array: optimizer.states.count, range: 0..<values.count, to: values)
      }
    }
    withExtendedLifetime((file, optimizer, parameters)) {}
  }

  private func copy(at offset: Int, to target: UnsafeMutableBufferPointer<Float>) {
    let bytes = target.count * MemoryLayout<Float>.stride
    UnsafeMutableRawBufferPointer(target)
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + bytes]))
  }

  private func copyWeights(at offset: Int, to parameters: Parameters?) {
    if hasWeights, let parameters { copy(at: offset, to: parameters.values) }
  }

  /// - Parameters:
  ///   - array: 0 for m, 1 for v, 2 for the weights.
  ///   - range: Of all values of the array, those that are wanted.
  private func copyShards(
    _ files: [MappedFile], array: Int, range: Range<Int>, to target: UnsafeMutableBufferPointer<Float>
  ) {
    let stride = MemoryLayout<Float>.stride
    let arrayBytes = (end - start) / (hasWeights ? 3 : 2)
    var (layerStart, shardStart) = (0, 0)
    for tensor in ParameterTensor.allCases {
      let (rows, columns) = tensor.shape(in: configuration)
      let count = rows * columns / files.count
      for _ in 0..<tensor.layers(in: configuration) {
        for (rank, file) in files.enumerated() {
          let part = layerStart + rank * count..<layerStart + (rank + 1) * count
          let wanted = part.clamped(to: range)
          guard !wanted.isEmpty else { continue }
          let source =
            start + array * arrayBytes + (shardStart + wanted.lowerBound - part.lowerBound) * stride
          let goal = target[wanted.lowerBound - range.lowerBound..<wanted.upperBound - range.lowerBound]
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: goal)).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: file.bytes[source..<source + wanted.count * stride]))
        }
        layerStart += rows * columns
        shardStart += count
      }
    }
    withExtendedLifetime(files) {}
  }
}
