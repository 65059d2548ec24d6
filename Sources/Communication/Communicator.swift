/// The processes of a job that trains one model, seen from one of them.
///
/// All that they do together is made of exchanges between two, so that what is computed of the bytes, and in which order,
/// is written here and the same on every network. Every process must make the same calls in the same order, from one
/// thread at a time.
package protocol Communicator: AnyObject, Sendable {
  /// This process, from 0.
  var rank: Int { get }

  /// How many processes there are.
  var size: Int { get }

  /// Sends bytes to another process, and receives what that one sends in the same call.
  ///
  /// - Precondition: The peer is another process of the job, and receives as many bytes as are sent here.
  /// - Throws: `CommunicationError` if the peer does not answer in time or the network fails.
  func exchange(
    sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError)

  /// The same processes, for a thread beside which others of this process compute: while it waits it leaves them the
  /// processor.
  var besideWork: any Communicator { get }

  /// Ends all processes of the job, whatever they are at.
  func abort(code: Int32)
}

extension Communicator {
  package var besideWork: any Communicator { self }
}

/// Why processes could not do something together.
package enum CommunicationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The other process does not answer: it is gone, stopped, or cut off.
  case silent(rank: Int, seconds: Int)
  /// What MPI says.
  case failed(rank: Int, reason: String)
  /// The job was not begun.
  case notStarted(reason: String)

  package var description: String {
    switch self {
    case .silent(let rank, let seconds):
      "found no answer of process \(rank) for \(seconds) s, expected one; it is gone, stopped or cut off: start the job "
        + "again with --resume, with the machines that are left"
    case .failed(let rank, let reason):
      "the exchange with process \(rank) failed: \(reason); start the job again with --resume"
    case .notStarted(let reason): "MPI could not be started: \(reason); start the program with mpirun"
    }
  }
}
