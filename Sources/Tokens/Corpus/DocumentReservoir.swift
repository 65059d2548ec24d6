/// Documents that may still be drawn for validation: those of the smallest keys, of a bounded number of tokens.
///
/// Keys are drawn at random, one a document in the order of the text. So whatever the number of documents, any of them is
/// as likely to be among the first by key as any other (the reservoir of Vitter 1985, by keys as Efraimidis and Spirakis
/// 2006 have it).
struct DocumentReservoir {
  struct Document: Equatable {
    let key: UInt32
    /// The document's place in the text.
    let index: Int
    let tokens: [UInt16]
  }

  /// How many tokens are kept; twice as many are held before some go, so that sorting costs little.
  let capacity: Int
  /// In the order of the text.
  private var documents: [Document] = []
  private var tokens = 0

  /// - Parameter capacity: At least the tokens of any document.
  init(capacity: Int) { self.capacity = capacity }

  /// Takes a document of at most `capacity` tokens, later in the text than those before.
  ///
  /// - Returns: The documents that cannot be drawn any more, in the order of the text; mostly none.
  mutating func insert(_ document: Document) -> [Document] {
    documents.append(document)
    tokens += document.tokens.count
    guard tokens > 2 * capacity else { return [] }
    var kept: Set<Int> = []
    tokens = 0
    for document in byKey {
      guard tokens + document.tokens.count <= capacity else { break }
      tokens += document.tokens.count
      kept.insert(document.index)
    }
    let leaving = documents.filter { !kept.contains($0.index) }
    documents.removeAll { !kept.contains($0.index) }
    return leaving
  }

  /// Draws documents in the order of their keys until they have `goal` tokens. One that would make them more than
  /// `limit` is passed over.
  ///
  /// - Returns: Those that were drawn and those that were not, each in the order of the text.
  func draw(goal: Int, limit: Int) -> (drawn: [Document], others: [Document]) {
    var drawn: Set<Int> = []
    var count = 0
    for document in byKey where count < goal && count + document.tokens.count <= limit {
      count += document.tokens.count
      drawn.insert(document.index)
    }
    return (documents.filter { drawn.contains($0.index) }, documents.filter { !drawn.contains($0.index) })
  }

  private var byKey: [Document] { documents.sorted { ($0.key, $0.index) < ($1.key, $1.index) } }
}
