/// Why stop strings could not be used.
public enum StopStringError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A string without a byte, which every text ends with; `position` counts from 1.
  case empty(position: Int)

  public var description: String {
    switch self {
    case .empty(let position):
      "found an empty stop string in place \(position), expected one character at least; leave it out"
    }
  }
}
