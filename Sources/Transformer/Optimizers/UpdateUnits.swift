import GPT2BinaryFiles
import GPT2Kernels

/// A piece of what is trained that one call of a rule updates: a matrix as a whole, or a run of values.
struct UpdateUnit {
  /// `nil` for the adapters.
  let tensor: ParameterTensor?
  /// Where it begins among the values of its tensor over all layers, or of the adapters.
  let offset: Int
  /// Where it begins among all that is trained.
  let start: Int
  let rows: Int
  /// Of a run of values how many they are.
  var columns: Int

  var count: Int { rows * columns }

  /// Its view of parameters, or of gradients, that hold its tensor, or with adapters theirs.
  func matrix(in parameters: Parameters, _ adapters: LowRankAdapters?) -> Matrix {
    guard let base = (tensor.map(parameters.values(of:)) ?? adapters?.values)?.baseAddress else {
      preconditionFailure("what is trained is held")
    }
    return Matrix(base + offset, rows: rows, columns: columns)
  }
}

/// How all that is trained of a model is cut into pieces, in checkpoint order, and which of several processes updates
/// which (ZeRO's first stage: Rajbhandari et al. 2019, arXiv:1910.02054).
///
/// Where values are updated one by one a piece is as large as a part of the gradients' norm; so sums over pieces are the
/// same whoever makes them.
struct UpdateUnits {
  let units: [UpdateUnit]
  let settings: Optimizer.Settings
  /// Pieces of each process, by the rule that updates them: runs of pieces of that rule that follow one another, of about
  /// as many values in each process.
  private let owners: [Int]
  let processes: Int

  /// - Precondition: The values can be counted.
  init(
    _ configuration: Configuration, training trained: TensorSet, adapters: AdapterLayout?,
    settings: Optimizer.Settings, processes: Int
  ) {
    self.settings = settings
    self.processes = processes
    var units: [UpdateUnit] = []
    var start = 0
    func append(_ tensor: ParameterTensor?, values: Int, matrix: (rows: Int, columns: Int)?) {
      let length = matrix.map { $0.rows * $0.columns } ?? GradientNorm.partValues
      for offset in stride(from: 0, to: values, by: length) {
        units.append(
          UpdateUnit(
            tensor: tensor, offset: offset, start: start + offset, rows: matrix?.rows ?? 1,
            columns: matrix?.columns ?? min(length, values - offset)))
      }
      start += values
    }
    for tensor in trained.tensors {
      append(
        tensor, values: tensor.count(in: configuration) ?? 0,
        matrix: settings.rule(for: tensor).isElementwise ? nil : Self.matrix(of: tensor, in: configuration))
    }
    if let count = adapters?.valueCount { append(nil, values: count, matrix: nil) }
    self.units = units
    owners = Self.owners(of: units, settings, processes)
  }

  private static func owners(
    of units: [UpdateUnit], _ settings: Optimizer.Settings, _ processes: Int
  ) -> [Int] {
    func rule(_ unit: UpdateUnit) -> String { settings.rule(for: unit.tensor).name }
    let totals = Dictionary(units.map { (rule($0), $0.count) }, uniquingKeysWith: +)
    var before: [String: Int] = [:]
    return units.map { unit in
      let name = rule(unit)
      let start = before[name, default: 0]
      before[name] = start + unit.count
      // The process whose share the middle of the piece falls in; doubled to stay whole.
      return (2 * start + unit.count) * processes / (2 * (totals[name] ?? 1))
    }
  }

  /// The shape of the matrices that a linear layer's weights are: query's, key's and value's are three that only lie
  /// together.
  static func matrix(of tensor: ParameterTensor, in configuration: Configuration) -> (rows: Int, columns: Int)
  {
    let (rows, columns) = tensor.shape(in: configuration)
    return (rows / (tensor == .qkvw ? 3 : 1), columns)
  }

  /// Which process updates a piece.
  func owner(of unit: Int) -> Int { owners[unit] }

  /// What a process updates, in order: matrices, and runs of values as long as can be. With each the place of its first
  /// piece among all.
  func runs(of process: Int) -> [(first: Int, unit: UpdateUnit)] {
    var runs: [(first: Int, unit: UpdateUnit)] = []
    for (index, unit) in units.enumerated() where owners[index] == process {
      if let last = runs.last, last.unit.tensor == unit.tensor,
        last.unit.offset + last.unit.columns == unit.offset, settings.rule(for: unit.tensor).isElementwise
      {
        runs[runs.count - 1].unit.columns += unit.columns
      } else {
        runs.append((index, unit))
      }
    }
    return runs
  }
}
