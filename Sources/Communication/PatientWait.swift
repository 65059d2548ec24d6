#if MPI
  import CGPT2MPI
  import GPT2Platform

  /// Waiting for another process, which may itself wait for a third, and that for one that is gone.
  ///
  /// Whoever has waited for a second says so to all that may wait for it, once a second, and for whom. So nobody is taken for
  /// silent who only waits. Whoever finds one that is silent tells everybody, so that one process speaks, though several may
  /// have found out at the same time.
  struct PatientWait {
    private let peer: Int
    private let (rank, size): (Int, Int)
    private let patience: Int
    private var last = ContinuousClock.now
    /// When the other counts as silent.
    private var end: ContinuousClock.Instant
    private var (nextLook, nextNotice): (ContinuousClock.Instant, ContinuousClock.Instant)
    /// Somebody else has found out, and ends the job.
    private var isKnown = false

    /// What is told, instead of a rank, by one who has found out.
    private static let found: Int32 = -1
    /// How long a process that has found out listens whether one of a lower rank has, too.
    private static let pause = Duration.milliseconds(500)
    /// How long a process waits for its end, once somebody else has found out; and until the launcher is ended, too.
    private static let secondsToEnd = (process: 8, launcher: UInt32(4))

    init(for peer: Int, of communicator: MPICommunicator, patience: Int) {
      self.peer = peer
      (rank, size) = (communicator.rank, communicator.size)
      self.patience = patience
      end = last + .seconds(patience)
      nextNotice = last + .seconds(1)
      nextLook = nextNotice
    }

    /// - Throws: `CommunicationError.silent` once the other has been silent for too long, unless somebody else says so.
    mutating func goOn() throws(CommunicationError) {
      let now = ContinuousClock.now
      // This process was stopped itself; it is not the others that are silent.
      if now - last > .seconds(1) { end = now + .seconds(patience) }
      last = now
      // Looked for seldom: most waits are over before.
      guard now >= nextLook || now >= end else { return }
      nextLook = now + .milliseconds(100)
      listen(at: now)
      if now >= nextNotice {
        nextNotice = now + .seconds(1)
        for distance in sequence(first: 1, next: { $0 * 2 }).prefix(while: { $0 < size }) {
          _ = cmpi_send_notice(Int32(peer), Int32(rank ^ distance))
        }
      }
      guard now >= end else { return }
      if !isKnown {
        for other in 0..<size where other != rank { _ = cmpi_send_notice(Self.found, Int32(other)) }
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.pause {
          listen(at: now)
          usleep(1000)
        }
        if isKnown { return }
      }
      throw .silent(rank: peer, seconds: patience)
    }

    /// Takes up what others tell.
    private mutating func listen(at now: ContinuousClock.Instant) {
      var (number, sender, isThere): (Int32, Int32, Int32) = (0, 0, 0)
      while cmpi_next_notice(&number, &sender, &isThere) == 0, isThere != 0 {
        if number == Self.found {
          // Of two that have found out, the lower rank speaks.
          guard !isKnown, now < end || sender < rank else { continue }
          isKnown = true
          end = now + .seconds(Self.secondsToEnd.process)
          cmpi_end_launcher(Self.secondsToEnd.launcher)
        } else if sender == peer, number != rank, !isKnown {
          end = now + .seconds(patience)
        }
      }
    }
  }
#endif
