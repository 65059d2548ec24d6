import GPT2Generation
import GPT2Transformer

/// Makes the events of a streamed answer of what comes of its texts.
protocol EventMaker {
  associatedtype Response: Encodable

  /// What comes before the first token of any text.
  mutating func begin() -> [Response]
  mutating func take(_ event: SubmittedTexts.Event, of place: Int) -> [Response]
  /// What comes when all texts have ended.
  mutating func end() -> [Response]
}

extension EventMaker {
  /// Writes the texts as they come. Whatever keeps them from going on is the last event then.
  ///
  /// - Throws: What `write` throws; `CancellationError` if the client is gone.
  mutating func stream(
    _ texts: SubmittedTexts, _ meter: TextMeter, _ logbook: RequestLogbook,
    _ write: (String) async throws -> Void
  ) async throws {
    func send(_ text: String) async throws {
      do { try await write(text) } catch { throw LostClient(cause: error) }
    }
    do {
      for response in begin() { try await send(EventText.event(response)) }
      try await texts.forEachEvent(meter) { place, event in
        for response in take(event, of: place) { try await send(EventText.event(response)) }
      }
      for response in end() { try await send(EventText.event(response)) }
      try await send(EventText.end)
    } catch let error as LostClient {
      throw error.cause
    } catch let error where !(error is CancellationError) {
      logbook.note { $0.error = "\(error)" }
      try await write(EventText.event(APIError.of(error)))
    }
  }
}

/// Nobody takes what is written any more.
private struct LostClient: Error {
  let cause: any Error
}
