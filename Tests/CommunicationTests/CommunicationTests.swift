import GPT2Communication
import TestSupport
import Testing

@Suite struct CommunicationTests {
  @Test(arguments: [1, 2, 4, 8])
  func everybodyGetsEverybodysBytes(processes: Int) throws {
    let all = try ThreadJob.run(processes: processes) { communicator in
      try communicator.barrier()
      return try communicator.allGather([UInt8(communicator.rank), 7, UInt8(communicator.size)])
    }
    let expected = (0..<processes).map { [UInt8($0), 7, UInt8(processes)] }
    #expect(all == Array(repeating: expected, count: processes))
  }

  @Test(arguments: [1, 4])
  func everybodyGetsEverybodysNumbers(processes: Int) throws {
    let all = try ThreadJob.run(processes: processes) { communicator in
      let rank = Double(communicator.rank)
      return (
        try communicator.gathered([rank / 3, -.infinity]), try communicator.gathered([Float(rank) / 3])
      )
    }
    let ranks = (0..<processes).map(Double.init)
    for (doubles, floats) in all {
      #expect(doubles == ranks.flatMap { [$0 / 3, -.infinity] })
      #expect(floats == ranks.map { Float($0) / 3 })
    }
  }

  @Test func oneProcessHasNobodyToTalkTo() throws {
    let communicator = OneProcess()
    #expect(communicator.rank == 0 && communicator.size == 1)
    #expect(try communicator.allGather([1, 2]) == [[1, 2]])
    try communicator.barrier()
  }

  @Test func launchersAreKnownByWhatTheySet() {
    func job(_ variables: [String: String]) -> Job? { Job { variables[$0] } }
    #expect(job([:]) == nil)
    let open = job(["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"])
    #expect(open?.rank == 3 && open?.size == 4)
    let hydra = job(["PMI_RANK": "0", "PMI_SIZE": "2"])
    #expect(hydra?.rank == 0 && hydra?.size == 2)
    for variables in [
      ["PMI_RANK": "2", "PMI_SIZE": "2"], ["PMI_RANK": "x", "PMI_SIZE": "2"], ["PMI_SIZE": "2"],
      ["OMPI_COMM_WORLD_RANK": "-1", "OMPI_COMM_WORLD_SIZE": "4"],
    ] {
      #expect(job(variables) == nil)
    }
  }
}
