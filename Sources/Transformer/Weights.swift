import GPT2BinaryFiles
import GPT2Kernels
import GPT2WeightFormats

/// A model's tensors for inference, each in the format in which it is stored, where it lies: in a file's mapping
/// or in memory.
package final class Weights: @unchecked Sendable {
  // `@unchecked`: the matrices are views of memory that nobody writes to, and `storage` keeps it alive.
  package let configuration: Configuration
  private let tensors: [ParameterTensor: [EncodedMatrix]]
  /// (V, C): a head of its own, where the token table is not the classifier too, as it is in every GPT-2.
  package let ownClassifier: EncodedMatrix?
  private let storage: [AnyObject]
  /// The number that a file gives to the mixture of formats which it stores (llama.cpp's enum llama_ftype); `nil`
  /// where none does.
  package let mixture: Int?

  /// - Parameters:
  ///   - storage: What owns the memory of the tensors.
  ///   - tensors: Each tensor's layer, in the shape that `ParameterTensor.shape` says; but wte may leave out its
  ///     padding rows.
  ///   - classifier: A head of its own.
  package init(
    _ configuration: Configuration, storage: [AnyObject], classifier: EncodedMatrix? = nil,
    mixture: Int? = nil,
    _ tensors: (_ tensor: ParameterTensor, _ layer: Int) -> EncodedMatrix
  ) {
    self.configuration = configuration
    self.storage = storage
    self.mixture = mixture
    precondition(
      classifier.map {
        $0.rows == configuration.vocabularySize && $0.columns == configuration.channels
      } ?? true)
    ownClassifier = classifier
    self.tensors = Dictionary(
      uniqueKeysWithValues: ParameterTensor.allCases.map { tensor in
        let layers = (0..<tensor.layers(in: configuration)).map { tensors(tensor, $0) }
        let (rows, columns) = tensor.shape(in: configuration)
        let fewestRows = tensor == .wte ? configuration.vocabularySize : rows
        precondition(layers.allSatisfy { (fewestRows...rows).contains($0.rows) && $0.columns == columns })
        return (tensor, layers)
      })
  }

  /// The tensors of parameters, in fp32, which see every later change of them.
  package convenience init(_ parameters: Parameters) {
    self.init(parameters.configuration, storage: [parameters]) { tensor, layer in
      let matrix = parameters[tensor, layer]
      return EncodedMatrix(.fp32, UnsafeRawPointer(matrix.base), rows: matrix.rows, columns: matrix.columns)
    }
  }

  /// The same weights with another activation between them.
  package func computing(with activation: Activation) -> Weights {
    Weights(
      configuration.computing(with: activation), storage: storage, classifier: ownClassifier, mixture: mixture
    ) { self[$0, $1] }
  }

  /// One layer of a tensor. Valid as long as this object is held.
  package subscript(tensor: ParameterTensor, layer: Int = 0) -> EncodedMatrix {
    guard let layers = tensors[tensor], layers.indices.contains(layer) else {
      preconditionFailure("no layer \(layer) of \(tensor)")
    }
    return layers[layer]
  }

  /// What a token's last state is multiplied by to be its logits, (V, C): the token table, or a head of its own.
  package var classifier: EncodedMatrix {
    ownClassifier ?? self[.wte].rows(0..<configuration.vocabularySize)
  }

  /// The format of the token table, and in most files of all matrices that are multiplied by.
  package var format: WeightFormat { self[.wte].format }

  /// The formats of the matrices that are multiplied by, that of most bytes first.
  package var formats: [WeightFormat] {
    var bytes: [WeightFormat: Int] = [:]
    for matrix in multiplied {
      bytes[matrix.format, default: 0] += matrix.byteCount
    }
    return WeightFormat.allCases.filter { bytes[$0] != nil }
      .sorted { (bytes[$0] ?? 0) > (bytes[$1] ?? 0) }
  }

  /// Brings the pages of mapped files into the process's tables at once, rather than one by one as they are read.
  package func populate() {
    for case let file as MappedFile in storage { file.populate() }
  }

  /// The same a piece at a time, after each of which `body` is told which part of all is there.
  ///
  /// - Throws: What `body` throws.
  package func populate<Failure: Error>(
    _ body: (_ fraction: Double) throws(Failure) -> Void
  ) throws(Failure) {
    let files = storage.compactMap { $0 as? MappedFile }
    let total = files.reduce(0) { $0 + $1.bytes.count }
    var done = 0
    for file in files {
      try file.populate { bytes throws(Failure) in
        done += bytes
        try body(Double(done) / Double(total))
      }
    }
  }

  /// Says whether the files that weights are mapped from are still as long as they were.
  ///
  /// - Throws: `FileError` if one was cut; what was cut off read as zeros.
  package func checkFiles() throws(FileError) {
    for owner in storage {
      if let file = owner as? MappedFile { try file.check() }
      if let weights = owner as? Weights { try weights.checkFiles() }
    }
  }

  /// Gives back the memory of mapped files' pages, until they are read again.
  func release() {
    for case let file as MappedFile in storage { file.release() }
  }

  /// Bytes that a pass over one token reads: the matrices that are multiplied.
  package var multipliedByteCount: Int {
    multiplied.reduce(0) { $0 + $1.byteCount }
  }

  /// The same in another format; `nil` if a matrix's rows are no whole blocks of it.
  package func multipliedByteCount(in format: WeightFormat) -> Int? {
    var sum = 0
    for matrix in multiplied {
      guard let rowBytes = format.byteCount(matrix.columns) else { return nil }
      sum += matrix.rows * rowBytes
    }
    return sum
  }

  /// The matrices that a token is multiplied by; a table that is not the classifier is only looked up in.
  private var multiplied: [EncodedMatrix] {
    let own = ownClassifier.map { [$0] } ?? []
    return own + tensors.filter { $0.key.isMultiplied && ($0.key != .wte || own.isEmpty) }.values.joined()
  }

  /// Bytes of all tensors.
  package var byteCount: Int {
    (ownClassifier?.byteCount ?? 0) + tensors.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.byteCount } }
  }
}
