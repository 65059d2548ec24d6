/// Products and sums of sizes that came out of a file or from a user, `nil` once one overflows.
///
/// Readers compute with it the size that a header declares, and compare that with the true size of the file
/// before anything is allocated.
package struct CheckedCount: Sendable {
  package private(set) var value: Int?

  package init(_ value: Int) { self.value = value }

  package static func * (lhs: CheckedCount, rhs: Int) -> CheckedCount {
    lhs.combined(with: rhs) { $0.multipliedReportingOverflow(by: $1) }
  }

  package static func + (lhs: CheckedCount, rhs: Int) -> CheckedCount {
    lhs.combined(with: rhs) { $0.addingReportingOverflow($1) }
  }

  package static func + (lhs: CheckedCount, rhs: CheckedCount) -> CheckedCount {
    guard let other = rhs.value else { return rhs }
    return lhs + other
  }

  private func combined(
    with other: Int, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> CheckedCount {
    var result = self
    result.value = value.flatMap {
      let (sum, overflow) = operation($0, other)
      return overflow ? nil : sum
    }
    return result
  }
}
