import Foundation
import TestSupport
import Testing

/// `gpt2 fetch`, as far as it goes without the models themselves: lists, refusals and what is kept.
@Suite struct FetchCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Where neither models nor Hugging Face's cache are, and nobody answers.
  private var environment: [String: String] {
    [
      "GPT2_MODELS": directory.file("models"), "HF_HUB_CACHE": directory.file("hub"), "HF_HOME": "",
      "HF_ENDPOINT": "http://127.0.0.1:9", "HF_TOKEN": "",
    ]
  }

  private func fetch(_ arguments: String..., environment more: [String: String] = [:]) throws -> Command {
    try Command(["fetch"] + arguments, environment: environment.merging(more) { $1 })
  }

  @Test func withoutANameModelsAreListed() throws {
    try directory.write("{}", to: "models/gpt2-medium/config.json")
    try directory.write(
      String(repeating: " ", count: 3 << 20), to: "models/gpt2-xl.partial/model.safetensors.partial")
    let revision = "2290a62682d06624634c1f46a6ad5be0f47f38aa"
    let cached = "hub/models--distilbert--distilgpt2/snapshots/\(revision)"
    for name in ["config.json", "model.safetensors"] { try directory.write("", to: cached + "/" + name) }
    let result = try fetch()
    #expect(result.exitCode == 0 && result.diagnostics.isEmpty)
    #expect(
      result.output == """
        name         weights  size      where
        gpt2         124M     525 MiB   -
        gpt2-medium  355M     1.4 GiB   \(directory.file("models/gpt2-medium")) is not the whole model
        gpt2-large   774M     3.0 GiB   -
        gpt2-xl      1558M    6.0 GiB   3 MiB of it; gpt2 fetch gpt2-xl goes on
        distilgpt2   82M      339 MiB   \(directory.file(cached)), in Hugging Face's cache

        """)
    let lines = try fetch("--json").output.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0].contains(#""name":"gpt2""#) && lines[0].contains(#""state":"missing""#))
    #expect(lines[3].contains(#""bytesThere":3145728"#) && lines[3].contains(#""state":"partial""#))
  }

  @Test func anUnknownNameIsAnsweredByThoseNear() throws {
    expectRefusal(
      try fetch("gpt2-meduim"), naming: "gpt2-meduim: no model of that name is known; is it gpt2-medium?")
    expectRefusal(
      try fetch("bert"), naming: "is it gpt2, gpt2-medium, gpt2-large, gpt2-xl or distilgpt2?")
  }

  @Test func optionsAreForAModel() throws {
    expectRefusal(try fetch("--output", directory.file("x")), naming: "Name a model to fetch")
    expectRefusal(try fetch("--unverified"), naming: "Name a model to fetch")
    expectRefusal(try fetch("gpt2", "--from", "somewhere"), naming: "somewhere: expected an address")
    expectRefusal(try fetch("gpt2", environment: ["HF_TOKEN": "a b"]), naming: "HF_TOKEN: expected a token")
    expectRefusal(try fetch("gpt2", environment: ["HF_ENDPOINT": "x"]), naming: "x: expected an address")
    expectRefusal(
      try fetch("gpt2", environment: ["GPT2_MODELS": "", "XDG_CACHE_HOME": "", "HOME": ""]),
      naming: "gpt2: neither GPT2_MODELS nor HOME is set")
  }

  @Test func withoutCurl() throws {
    expectRefusal(
      try fetch("gpt2", environment: ["PATH": directory.path]),
      naming: "curl: curl was not found, which fetches files; install it")
  }

  /// Other bytes under a file's name are no input that cannot be used, but a check that failed.
  @Test func otherBytesAreAFailedCheck() throws {
    try directory.write(String(repeating: "x", count: 665), to: "stick/config.json")
    let result = try fetch("124M", "--from", "file://\(directory.file("stick"))", "--json")
    #expect(result.exitCode == 1)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains("config.json: found the SHA-256 "))
    #expect(
      result.diagnostics.contains("expected 0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4")
    )
    #expect(!FileManager.default.fileExists(atPath: directory.file("models/gpt2")))
  }

  @Test func whatIsRefusedIsAFailedCheckAndItsAddressIsSaid() throws {
    let server = try HTTPServer { _ in HTTPServer.Response(404) }
    let result = try fetch(
      "gpt2", "--output", directory.file("here"), environment: ["HF_ENDPOINT": server.address])
    #expect(result.exitCode == 1)
    let revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
    let address = "\(server.address)/openai-community/gpt2/resolve/\(revision)/config.json"
    #expect(result.diagnostics.contains("gpt2: \(address): the server answered 404: there is no such file"))
    #expect(server.requests.count == 1)
  }
}
