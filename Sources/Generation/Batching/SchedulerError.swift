/// Why a scheduler does not take a text.
public enum SchedulerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// So many texts wait already.
  case full(waiting: Int)
  /// It takes no more texts.
  case closing
  /// The text alone may need more memory for keys and values than all texts may take.
  case needsMoreMemory(bytes: Int, limit: Int)

  public var description: String {
    switch self {
    case .full(let waiting): "found \(waiting) texts that wait already, expected fewer; try again later"
    case .closing: "no more texts are taken; try again later"
    case .needsMoreMemory(let bytes, let limit):
      "found a text that needs up to \(bytes) bytes for keys and values, expected at most \(limit); ask for fewer tokens"
    }
  }
}
