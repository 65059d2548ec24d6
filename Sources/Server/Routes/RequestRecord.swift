import GPT2Generation
import Synchronization

/// What is written to the log of a request once it is answered.
package struct RequestRecord: Sendable {
  package var route = ""
  package var method = ""
  package var status = 0
  /// From its head to its answer's end.
  package var seconds = 0.0
  package var model: String?
  package var promptTokens: Int?
  package var completionTokens: Int?
  package var seed: UInt64?
  package var isStreamed = false
  /// Whether the client went before its answer was whole.
  package var isCutShort = false
  /// Why it was not answered.
  package var error: String?
  /// The body as it came; `nil` unless the log is to have it.
  package var body: String?
}

/// A record that grows while a request is worked on.
final class RequestLogbook: Sendable {
  private let record = Mutex(RequestRecord())

  func note(_ change: (inout RequestRecord) -> Void) { record.withLock { change(&$0) } }

  func note(_ model: ServedModel, _ job: TextJob, isStreamed: Bool) {
    note {
      $0.model = model.name
      $0.promptTokens = job.promptTokens
      $0.seed = job.options.sampling.seed
      $0.isStreamed = isStreamed
    }
  }

  var entry: RequestRecord { record.withLock { $0 } }
}
