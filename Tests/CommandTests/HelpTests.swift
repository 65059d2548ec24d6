import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    [], ["train"], ["finetune"], ["generate"], ["tokenize"], ["evaluate"], ["convert"], ["verify"],
    ["report"], ["fetch"], ["inspect"], ["bench"],
    ["tokenizer"], ["tokenizer", "train"],
  ])
  func helpTeaches(subcommand: [String]) throws {
    let result = try Command(subcommand + ["--help"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.isEmpty)
    // An example that can be typed as it stands.
    #expect(result.output.contains("  gpt2 "))
    // Of 80 columns the parser leaves 79: what is longer is folded, and a command's backslash would stand alone.
    #expect(!result.output.split(separator: "\n").contains("\\"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreGenerated(shell: String) throws {
    let result = try Command("--generate-completion-script", shell)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("gpt2"))
  }
}
