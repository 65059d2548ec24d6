#if MPI
  import CGPT2MPI
  import GPT2Platform

  /// The processes that mpirun started.
  package final class MPICommunicator: Communicator {
    package let rank: Int
    package let size: Int
    /// After so many seconds without an answer a process counts as gone.
    private let patience: Int

    /// After an abort, until the launcher is ended, too.
    private static let secondsToEnd: UInt32 = 3
    /// MPI counts in 32 bits; and what is sent in pieces can be watched.
    private static let largestPiece = 1 << 24
    /// A message comes within microseconds on one machine; after so many tries it is worth sleeping in between.
    private let triesAwake: Int

    /// Starts MPI. Once in a process.
    ///
    /// - Throws: `CommunicationError` if it cannot be started.
    package init(patience: Int) throws(CommunicationError) {
      var (rank, size): (Int32, Int32) = (0, 0)
      for code in [cmpi_begin(), cmpi_rank(&rank), cmpi_size(&size)] where code != 0 {
        throw .notStarted(reason: Self.text(of: code))
      }
      self.rank = Int(rank)
      self.size = Int(size)
      self.patience = patience
      triesAwake = 2000
    }

    /// The same, but for how it waits.
    private init(_ other: MPICommunicator, triesAwake: Int) {
      (rank, size, patience) = (other.rank, other.size, other.patience)
      self.triesAwake = triesAwake
    }

    package var besideWork: any Communicator { MPICommunicator(self, triesAwake: 20) }

    package func exchange(
      sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer,
      with peer: Int
    ) throws(CommunicationError) {
      precondition(peer != rank && peer < size, "no such process")
      for start in stride(from: 0, to: max(sent.count, received.count), by: Self.largestPiece) {
        func piece(of count: Int) -> Range<Int> { min(start, count)..<min(start + Self.largestPiece, count) }
        try exchangePiece(
          UnsafeRawBufferPointer(rebasing: sent[piece(of: sent.count)]),
          UnsafeMutableRawBufferPointer(rebasing: received[piece(of: received.count)]), with: peer)
      }
    }

    private func exchangePiece(
      _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
    ) throws(CommunicationError) {
      var exchange = cmpi_exchange()
      try check(
        cmpi_begin_exchange(
          sent.baseAddress, Int32(sent.count), received.baseAddress, Int32(received.count), Int32(peer),
          &exchange), peer)
      var wait = PatientWait(for: peer, of: self, patience: patience)
      var (isDone, tries): (Int32, Int) = (0, 0)
      while true {
        try check(cmpi_test_exchange(&exchange, &isDone), peer)
        if isDone != 0 { return }
        tries += 1
        guard tries > triesAwake else { continue }
        try wait.goOn()
        usleep(50)
      }
    }

    package func abort(code: Int32) {
      cmpi_end_launcher(Self.secondsToEnd)
      cmpi_abort(code)
    }

    /// Ends MPI. Nothing may be exchanged after it.
    package func end() { _ = cmpi_end() }

    private func check(_ code: Int32, _ peer: Int) throws(CommunicationError) {
      guard code == 0 else { throw .failed(rank: peer, reason: Self.text(of: code)) }
    }

    private static func text(of code: Int32) -> String {
      var text = [CChar](repeating: 0, count: Int(cmpi_error_text_bytes) + 1)
      var length: Int32 = 0
      guard cmpi_error_text(code, &text, &length) == 0 else { return "error \(code)" }
      return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
#endif
