import GPT2Platform

/// What mpirun, or another launcher, says of the processes that it started.
package struct Job: Equatable, Sendable {
  package let rank: Int
  package let size: Int
  /// Processes of the job on this machine, as far as the launcher says.
  package let localSize: Int

  /// Whether this process is the one that speaks for all; the only one, if there is no job.
  package static let speaks = Job().map { $0.rank == 0 } ?? true

  /// Whether this program was built to talk to other processes.
  package static var canCommunicate: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// - Returns: `nil` for a program that was started by itself.
  package init?(environment: (String) -> String? = Job.variable) {
    // Open MPI, and MPICH's Hydra, whose names Slurm's srun sets, too.
    for (rank, size, local) in [
      ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"),
      ("PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS"),
    ] {
      guard let rank = environment(rank).flatMap({ Int($0) }),
        let size = environment(size).flatMap({ Int($0) }),
        size > 0, (0..<size).contains(rank)
      else { continue }
      self.rank = rank
      self.size = size
      localSize = environment(local).flatMap { Int($0) }.map { max(1, min($0, size)) } ?? 1
      return
    }
    return nil
  }

  package static func variable(_ name: String) -> String? {
    System.environment(name)
  }
}
