/// How far the work on a corpus is.
public struct CorpusProgress: Sendable, Equatable {
  /// The inputs that are done.
  public private(set) var files = 0
  /// The documents begun.
  public private(set) var documents = 0
  /// The bytes of text encoded, or of tokens read.
  public private(set) var bytes = 0
  public private(set) var tokens = 0
  /// What was changed in reading the texts.
  public private(set) var conversions = TextConversions()

  mutating func add(_ block: EncodedBlock) {
    files += block.isLastOfInput ? 1 : 0
    documents += block.documents
    bytes += block.byteCount
    tokens += block.tokens.count
    conversions.add(block.conversions)
  }
}

/// What was written.
public struct CorpusSummary: Sendable, Equatable {
  public let progress: CorpusProgress
  public let files: TokenFiles
}

/// Token files that were written together.
public struct TokenFiles: Sendable, Equatable {
  public struct File: Sendable, Equatable {
    public let path: String
    public let tokens: Int
  }

  /// In the order of the tokens.
  public let files: [File]
  /// Shards of these names that are there from an earlier time, and would be mixed with the new ones.
  public let strayShards: [String]
  /// What was set aside for validation, if documents were to be drawn.
  public let draw: ValidationDraw?
}

/// How validation was set aside where documents were to be drawn.
public struct ValidationDraw: Sendable, Equatable {
  /// How many documents are for validation; 0 if none was short enough, and the last tokens were cut off.
  public let drawn: Int
  /// The number of all documents.
  public let documents: Int
  public let seed: UInt32
  /// The part of all tokens that is for validation.
  public let share: Double
}
