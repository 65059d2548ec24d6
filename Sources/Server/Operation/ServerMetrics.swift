import GPT2Generation
import Synchronization

/// What `/metrics` tells.
package final class ServerMetrics: Sendable {
  /// Of one model, as long as the server runs.
  private struct ModelNumbers {
    var promptTokens = 0
    var writtenTokens = 0
    var firstToken = Histogram.seconds
    var tokensPerSecond = Histogram.tokensPerSecond
  }

  private struct Numbers {
    var requests: [Route: [Int: Int]] = [:]
    var seconds: [Route: Histogram] = [:]
    var models: [String: ModelNumbers] = [:]
    var connections = 0
  }

  private let numbers = Mutex(Numbers())
  private let start = WallClock.seconds

  package init() {}

  package func connectionOpened() { numbers.withLock { $0.connections += 1 } }
  package func connectionClosed() { numbers.withLock { $0.connections -= 1 } }

  func answered(_ route: Route, _ status: Int, seconds: Double) {
    numbers.withLock {
      $0.requests[route, default: [:]][status, default: 0] += 1
      $0.seconds[route, default: .seconds].record(seconds)
    }
  }

  func read(promptTokens: Int, of model: String) {
    numbers.withLock { $0.models[model, default: ModelNumbers()].promptTokens += promptTokens }
  }

  func firstToken(of model: String, after seconds: Double) {
    numbers.withLock { $0.models[model, default: ModelNumbers()].firstToken.record(seconds) }
  }

  /// - Parameter seconds: From the first token to the last.
  func wrote(tokens: Int, of model: String, in seconds: Double) {
    numbers.withLock {
      $0.models[model, default: ModelNumbers()].writtenTokens += tokens
      if tokens > 1, seconds > 0 {
        $0.models[model, default: ModelNumbers()].tokensPerSecond.record(Double(tokens - 1) / seconds)
      }
    }
  }

  func text(of models: [ServedModel]) -> String {
    let numbers = numbers.withLock { $0 }
    var text = PrometheusText()
    text.write(
      "gpt2_start_time_seconds", .gauge, "When the server started, in seconds since 1970.",
      [([], Double(start))])
    text.write("gpt2_connections", .gauge, "Open connections.", [([], Double(numbers.connections))])
    write(numbers, to: &text)
    write(models, to: &text)
    return text.text
  }

  private func write(_ numbers: Numbers, to text: inout PrometheusText) {
    let routes = numbers.requests.keys.sorted { $0.label < $1.label }
    text.write(
      "gpt2_requests_total", .counter, "Requests that were answered.",
      routes.flatMap { route in
        (numbers.requests[route] ?? [:]).sorted { $0.key < $1.key }.map {
          ([("route", route.label), ("status", "\($0.key)")], Double($0.value))
        }
      })
    text.write(
      "gpt2_request_seconds", "Seconds from a request's head to its answer's end.",
      routes.compactMap { route in numbers.seconds[route].map { ([("route", route.label)], $0) } })
    let models = numbers.models.sorted { $0.key < $1.key }
    func labels(_ model: String) -> PrometheusText.Labels { [("model", model)] }
    text.write(
      "gpt2_prompt_tokens_total", .counter, "Tokens of prompts.",
      models.map { (labels($0.key), Double($0.value.promptTokens)) })
    text.write(
      "gpt2_written_tokens_total", .counter, "Tokens that were written.",
      models.map { (labels($0.key), Double($0.value.writtenTokens)) })
    text.write(
      "gpt2_first_token_seconds", "Seconds from a request's head to a text's first token.",
      models.map { (labels($0.key), $0.value.firstToken) })
    text.write(
      "gpt2_tokens_per_second", "Tokens a second of a text, after its first.",
      models.map { (labels($0.key), $0.value.tokensPerSecond) })
  }

  private func write(_ models: [ServedModel], to text: inout PrometheusText) {
    let counts = models.map { (labels: [("model", $0.name)] as PrometheusText.Labels, $0.scheduler.counts) }
    func gauge(_ name: String, _ help: String, _ value: (SchedulerCounts) -> Int) {
      text.write(name, .gauge, help, counts.map { ($0.labels, Double(value($0.1))) })
    }
    gauge("gpt2_texts_running", "Texts at work.") { $0.running }
    gauge("gpt2_texts_waiting", "Texts that wait for a place.") { $0.waiting }
    gauge("gpt2_places", "Texts that may be at work at a time.") { $0.places }
    gauge("gpt2_key_value_bytes", "Memory of keys and values.") { $0.keyValueBytes }
    gauge("gpt2_shared_prompt_tokens", "Tokens of prompts that were read for another text already.") {
      $0.sharedPromptTokens
    }
  }
}
