/// `GET /health`
struct HealthReport: Encodable, Sendable {
  struct Model: Encodable, Sendable {
    let id: String
    /// Texts at work, those that wait, and how many may be at work.
    let running: Int
    let waiting: Int
    let places: Int
  }

  /// "ok" or "stopping"
  let status: String
  let models: [Model]
}
