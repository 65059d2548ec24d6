/// A job of one process, which has nobody to talk to.
package final class OneProcess: Communicator {
  package let rank = 0
  package let size = 1

  package init() {}

  package func exchange(
    sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer, with peer: Int
  ) {
    preconditionFailure("there is no other process")
  }

  package func abort(code: Int32) {}
}
