import ArgumentParser
import GPT2Communication
import GPT2Platform
import GPT2Terminal

/// The processes that share a run: those that mpirun started, or the only one.
struct JobProcesses {
  let communicator: any Communicator

  var speaks: Bool { communicator.rank == 0 }

  /// - Parameter patience: Seconds without an answer after which a process counts as gone.
  /// - Throws: `CommunicationError` if MPI cannot be started; `JobSizeError`.
  static func start(patience: Int) throws -> JobProcesses {
    #if MPI
      if let job = Job(), job.size > 1 {
        guard job.size.isPowerOfTwo else {
          throw JobSizeError(size: job.size)
        }
        return JobProcesses(communicator: try MPICommunicator(patience: patience))
      }
    #endif
    return JobProcesses(communicator: OneProcess())
  }

  /// Ends what `start` began, so that the launcher takes the end of this process for what it is.
  func end() {
    #if MPI
      (communicator as? MPICommunicator)?.end()
    #endif
  }

  /// Does something in every process; where it fails in one, it fails in all, with one message.
  ///
  /// - Throws: In the first process what `body` threw there, else what it threw in another, with its name.
  func agreeing<Result>(_ body: () throws -> Result) throws -> Result {
    guard communicator.size > 1 else { return try body() }
    var result: Result?
    var failure: (any Error)?
    do { result = try body() } catch { failure = error }
    let message = failure.map { "on \(System.hostName): \(GPT2Command.message(for: $0))" } ?? ""
    let messages = try communicator.allGather(Self.padded(message)).map(Self.text)
    if let failure, speaks { throw failure }
    if let rank = messages.firstIndex(where: { !$0.isEmpty }) {
      throw OtherProcessError(rank: rank, message: messages[rank])
    }
    guard let result else { preconditionFailure("what did not fail has a result") }
    return result
  }

  /// - Parameter items: Asked for only if there is another process.
  /// - Throws: `UnequalProcesses` if something is another than in the first process; what `items` throws.
  func checkEqual(_ items: @autoclosure () throws -> [(name: String, value: UInt64)]) throws {
    guard communicator.size > 1 else { return }
    let items = try items()
    let bytes = items.flatMap { item in (0..<8).map { UInt8(truncatingIfNeeded: item.value >> (8 * $0)) } }
    let all = try communicator.allGather(bytes)
    for (rank, theirs) in all.enumerated() {
      for (index, item) in items.enumerated()
      where theirs[8 * index..<8 * index + 8] != all[0][8 * index..<8 * index + 8] {
        throw UnequalProcesses(rank: rank, item: item.name)
      }
    }
  }

  private static let messageBytes = 1024

  private static func padded(_ message: String) -> [UInt8] {
    let bytes = Array(message.utf8.prefix(messageBytes))
    return bytes + [UInt8](repeating: 0, count: messageBytes - bytes.count)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// A number of processes whose sums would have no order of their own.
struct JobSizeError: Error, CustomStringConvertible {
  let size: Int

  var description: String {
    "found \(size) processes, expected a power of two; start as many: mpirun -n 2, 4, 8 and so on"
  }
}

/// What failed in another process than the one that speaks.
struct OtherProcessError: Error, CustomStringConvertible {
  let rank: Int
  let message: String

  var description: String { "process \(rank) \(message)" }
}

/// Processes that do not train the same run.
struct UnequalProcesses: Error, CustomStringConvertible {
  let rank: Int
  let item: String

  var description: String {
    "found \(item) in process \(rank) unlike those in process 0, expected the same in all; start all with the same "
      + "program, options and files"
  }
}
