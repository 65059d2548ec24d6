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
  /// Writes the texts as they come. An error is the last event then.
  ///
  /// - Throws: What `write` throws; `CancellationError` if the client is gone.
  mutating func stream(
    _ texts: SubmittedTexts, _ meter: TextMeter, _ logbook: RequestLogbook,
    _ write: (String) async throws -> Void
  ) async throws {
    do {
      for response in begin() { try await write(EventText.event(response)) }
      try await texts.forEachEvent(meter) { place, event in
        for response in take(event, of: place) { try await write(EventText.event(response)) }
      }
      for response in end() { try await write(EventText.event(response)) }
      try await write(EventText.end)
    } catch let error where error is SamplingError || error is AllocationError {
      logbook.note { $0.error = "\(error)" }
      try await write(EventText.event(APIError.of(error)))
    }
  }
}
