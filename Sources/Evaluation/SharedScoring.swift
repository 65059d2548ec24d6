import GPT2Communication

/// Items that the processes of a job score together. In each round every process scores one item and tells the others what
/// it found, which all take up in the items' order. So all know the same after each round, and it is the same for any
/// number of processes, to the bit; also what there is of it where it was interrupted, up to whole rounds.
struct SharedScoring {
  let communicator: any Communicator

  /// - Parameters:
  ///   - width: The most numbers that are found of an item.
  ///   - isInterrupted: Asked before each round in each process; once one says yes, that was all.
  ///   - find: Scores an item: `width` numbers at most. Called for this process's items.
  ///   - take: Called with every item, in order, and as many numbers as were found of it; the rest up to `width` are zeros.
  /// - Throws: In all processes what `find` threw in one if it is an `EvaluationError`; what else it throws in this one;
  ///   what `take` throws; `CommunicationError`.
  func score<Items: Sequence>(
    _ items: Items, width: Int, isInterrupted: () -> Bool, find: (Items.Element) throws -> [Double],
    take: (Items.Element, [Double]) throws -> Void
  ) throws {
    var rest = items.makeIterator()
    while true {
      var round: [Items.Element] = []
      while round.count < communicator.size, let item = rest.next() { round.append(item) }
      guard !round.isEmpty, try !communicator.any(isInterrupted()) else { return }
      let mine = communicator.rank < round.count ? try found(in: round[communicator.rank], find) : []
      precondition(mine.count <= 1 + width, "more numbers than was said")
      // First comes what went wrong: 0 is nothing, since no loss that does is.
      let padding = [Double](repeating: 0, count: 1 + width - mine.count)
      let all = try communicator.gathered(mine + padding)
      for (index, item) in round.enumerated() {
        let found = all[index * (1 + width)..<(index + 1) * (1 + width)]
        if let loss = found.first, loss != 0 { throw EvaluationError(loss: Float(loss)) }
        try take(item, Array(found.dropFirst()))
      }
    }
  }

  private func found<Item>(in item: Item, _ find: (Item) throws -> [Double]) throws -> [Double] {
    do {
      return [0] + (try find(item))
    } catch let error as EvaluationError {
      return [Double(error.loss)]
    }
  }
}
