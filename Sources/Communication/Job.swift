import Platform

/// What mpirun, or another launcher, says of the processes that it started.
public struct Job: Equatable, Sendable {
  public let rank: Int
  public let size: Int

  /// Whether this program was built to talk to other processes.
  public static var canCommunicate: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// - Returns: `nil` for a program that was started by itself.
  public init?(environment: (String) -> String? = Job.variable) {
    // Open MPI; MPICH's Hydra; Slurm's srun, which sets its own in a job's script, too, so that comes last.
    for (rank, size) in [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE")] {
      guard let rank = environment(rank).flatMap({ Int($0) }),
        let size = environment(size).flatMap({ Int($0) }),
        size > 0, (0..<size).contains(rank)
      else { continue }
      self.rank = rank
      self.size = size
      return
    }
    return nil
  }

  public static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
