/// How far the work on a corpus is.
package struct CorpusProgress: Sendable, Equatable {
  /// The inputs that are done.
  package private(set) var files = 0
  /// The documents begun.
  package private(set) var documents = 0
  /// The bytes of text encoded, or of tokens read.
  package private(set) var bytes = 0
  package private(set) var tokens = 0
  /// What was changed in reading the texts.
  package private(set) var conversions = TextConversions()

  mutating func add(_ block: EncodedBlock) {
    files += block.isLastOfInput ? 1 : 0
    documents += block.documents
    bytes += block.byteCount
    tokens += block.tokens.count
    conversions.add(block.conversions)
  }
}

/// What was written.
package struct CorpusSummary: Sendable, Equatable {
  package let progress: CorpusProgress
  package let files: TokenFiles
}

/// Token files that were written together.
package struct TokenFiles: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    package let path: String
    package let tokens: Int
  }

  /// In the order of the tokens.
  package let files: [File]
  /// Shards of these names that are there from an earlier time, and would be mixed with the new ones.
  package let strayShards: [String]
  /// What was set aside for validation, if documents were to be drawn.
  package let draw: ValidationDraw?
}

/// How validation was set aside where documents were to be drawn.
package struct ValidationDraw: Sendable, Equatable {
  /// How many documents are for validation; 0 if none was short enough, and the last tokens were cut off.
  package let drawn: Int
  /// The number of all documents.
  package let documents: Int
  package let seed: UInt32
  /// The part of all tokens that is for validation.
  package let share: Double
}
