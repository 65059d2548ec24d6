/// What became of one block of text.
struct EncodedBlock: Sendable {
  var tokens: [UInt16] = []
  /// The number of documents that begin in the block.
  var documents = 0
  /// The number of line ends, where lines are counted.
  var lines = 0
  var byteCount = 0
  var isLastOfInput = false
  var conversions = TextConversions()
  /// What is wrong with the block, its line counted from 1 at the beginning of the block.
  var problem: LineProblem?
}

extension EncodedBlock {
  /// What is known of it before anything is made of its text.
  init(of block: TextBlock) {
    self.init(
      byteCount: block.bytes.count, isLastOfInput: block.isLast, conversions: block.conversions)
  }
}

/// A line that is not what it should be.
struct LineProblem: Error, Equatable {
  let line: Int
  let found: String
  let expected: String
}
