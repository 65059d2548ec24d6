/// Some of the sixteen tensors: those that training changes, or that adapters are for.
public struct TensorSet: Equatable, Sendable {
  /// One bit a tensor, the first of the checkpoint order the lowest: for files.
  package let bits: UInt16

  /// Every tensor of the model.
  public static let all = TensorSet(ParameterTensor.allCases)
  /// No tensor.
  public static let none = TensorSet([])

  package init(_ tensors: some Sequence<ParameterTensor>) {
    bits = tensors.reduce(0) { $0 | Self.bit(of: $1) }
  }

  /// Any sixteen bits are some set of the sixteen tensors.
  package init(bits: UInt16) { self.bits = bits }

  package func contains(_ tensor: ParameterTensor) -> Bool { bits & Self.bit(of: tensor) != 0 }

  /// The tensors in checkpoint order.
  package var tensors: [ParameterTensor] { ParameterTensor.allCases.filter(contains) }

  /// Whether all of these are among the others.
  public func isSubset(of other: TensorSet) -> Bool { bits & ~other.bits == 0 }

  /// These without some of them.
  public func subtracting(_ other: TensorSet) -> TensorSet {
    TensorSet(bits: bits & ~other.bits)
  }

  private static func bit(of tensor: ParameterTensor) -> UInt16 { 1 << tensor.place }
}

// Names of tensors and of groups of them, as a user writes them.
extension TensorSet: CustomStringConvertible {
  /// What `init(names:)` knows besides the tensors' own names. Biases are all biases, those of the norms included
  /// (BitFit: Ben Zaken et al. 2022, arXiv:2106.10199); norms have their weights and biases; linear are the four
  /// linear layers' weights.
  package static let groups: [(name: String, tensors: TensorSet)] = [
    ("all", .all),
    ("none", .none),
    ("embeddings", Self([.wte, .wpe])),
    ("norms", Self([.ln1w, .ln1b, .ln2w, .ln2b, .lnfw, .lnfb])),
    ("biases", Self(ParameterTensor.allCases.filter { $0.role == .bias })),
    ("linear", Self([.qkvw, .attprojw, .fcw, .fcprojw])),
  ]

  /// - Parameter names: Tensors' names and groups' between commas: "qkvw,fcw", "biases,norms".
  /// - Throws: `TensorNameError` for a name that is neither.
  public init(names: String) throws(TensorNameError) {
    var bits: UInt16 = 0
    for field in names.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(field)
      if let group = Self.groups.first(where: { $0.name == name }) {
        bits |= group.tensors.bits
      } else if let tensor = ParameterTensor(rawValue: name) {
        bits |= Self.bit(of: tensor)
      } else {
        throw TensorNameError(found: name)
      }
    }
    self.bits = bits
  }

  /// "all", "none", or the tensors' names between commas: what `init(names:)` reads.
  public var description: String {
    if self == .all || self == .none { return self == .all ? "all" : "none" }
    return tensors.map(\.name).joined(separator: ",")
  }
}

/// A name that no tensor has.
public struct TensorNameError: Error, Equatable, Sendable, CustomStringConvertible {
  public let found: String

  public var description: String {
    let groups = TensorSet.groups.map(\.name).joined(separator: ", ")
    let names = ParameterTensor.allCases.map(\.name).joined(separator: ", ")
    return "found '\(found)', expected one or more of \(groups); or of \(names); with commas between"
  }
}
