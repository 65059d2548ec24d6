/// Products and sums of sizes that came out of a file, `nil` once one overflows.
///
/// Readers compute the size a header declares with it and compare that with the true size of the file
/// before anything is allocated.
public struct ByteCount: Sendable {
  public private(set) var value: Int?

  public init(_ value: Int) { self.value = value }

  public static func * (lhs: ByteCount, rhs: Int) -> ByteCount {
    lhs.combined(with: rhs) { $0.multipliedReportingOverflow(by: $1) }
  }

  public static func + (lhs: ByteCount, rhs: Int) -> ByteCount {
    lhs.combined(with: rhs) { $0.addingReportingOverflow($1) }
  }

  public static func + (lhs: ByteCount, rhs: ByteCount) -> ByteCount {
    guard let other = rhs.value else { return rhs }
    return lhs + other
  }

  private func combined(
    with other: Int, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> ByteCount {
    var result = self
    result.value = value.flatMap {
      let (sum, overflow) = operation($0, other)
      return overflow ? nil : sum
    }
    return result
  }
}
