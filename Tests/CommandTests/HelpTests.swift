import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    [], ["train"], ["finetune"], ["generate"], ["tokenize"], ["evaluate"], ["convert"], ["verify"],
    ["report"], ["fetch"], ["inspect"],
    ["tokenizer"], ["tokenizer", "train"],
  ])
  func helpTeaches(subcommand: [String]) throws {
    let result = try Command(subcommand + ["--help"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.isEmpty)
    // An example that can be typed as it stands.
    #expect(result.output.contains("  gpt2 "))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreGenerated(shell: String) throws {
    let result = try Command("--generate-completion-script", shell)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("gpt2"))
  }
}
