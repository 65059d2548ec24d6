/// One tensor beside its reference.
package struct TensorComparison: Sendable {
  package let name: String
  /// "(12, 768)"
  package let shape: String
  /// max |value − reference|; NaN if any difference is.
  package let largestDifference: Float
  /// For this tensor: without a part that depends on its largest element.
  package let tolerance: VerificationRecipe.Tolerance
  /// The first element outside the tolerance.
  package let firstDivergence: Divergence?

  package struct Divergence: Equatable, Sendable {
    package let index: Int
    package let value: Float
    package let reference: Float
  }

  package var agrees: Bool { firstDivergence == nil }

  /// Compares element by element; both hold the same number.
  init(
    name: String, shape: String, values: UnsafeBufferPointer<Float>,
    reference: UnsafeBufferPointer<Float>, tolerance: VerificationRecipe.Tolerance
  ) {
    precondition(values.count == reference.count, "\(name): \(values.count) against \(reference.count)")
    var largest: Float = 0
    var divergence: Divergence?
    for index in values.indices {
      let difference = abs(values[index] - reference[index])
      if difference > largest || difference.isNaN { largest = largest.isNaN ? largest : difference }
      if divergence == nil, !tolerance.allows(difference, from: reference[index]) {
        divergence = Divergence(index: index, value: values[index], reference: reference[index])
      }
    }
    self.name = name
    self.shape = shape
    self.tolerance = tolerance
    largestDifference = largest
    firstDivergence = divergence
  }

  /// Puts the comparisons of a tensor's parts together; `parts` are in order and of `partCount` elements each.
  init(joining parts: [TensorComparison], partCount: Int, name: String, shape: String) {
    self.name = name
    self.shape = shape
    tolerance = parts[0].tolerance
    largestDifference = parts.reduce(0) { largest, part in
      largest.isNaN || part.largestDifference.isNaN ? .nan : max(largest, part.largestDifference)
    }
    firstDivergence =
      parts.enumerated().lazy.compactMap { offset, part in
        part.firstDivergence.map {
          Divergence(index: offset * partCount + $0.index, value: $0.value, reference: $0.reference)
        }
      }.first
  }
}
