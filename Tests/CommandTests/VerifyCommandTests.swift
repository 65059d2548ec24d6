import Foundation
import TestSupport
import Testing

@Suite struct VerifyCommandTests {
  private func verify(_ name: String, _ more: String...) throws -> Command {
    try Command(
      ["verify", "--model", TestFiles.fixture("\(name).bin"), "--state"]
        + [TestFiles.fixture("\(name)_debug_state.bin")] + more)
  }

  @Test(arguments: ["awkward", "tiny"])
  func bothRecipesHoldOnTheFixtures(name: String) throws {
    let result = try verify(
      name, "--losses", TestFiles.fixture("\(name)_losses_llmc.txt"),
      "--losses", TestFiles.fixture("\(name)_losses_strict.txt"))
    #expect(result.exitCode == 0)
    #expect(result.output.contains("llmc: 18 of 18 tensors agree: ok"))
    #expect(result.output.contains("strict: 18 of 18 tensors agree: ok"))
    #expect(!result.output.contains("DIFFERS"))
    #expect(!result.output.contains("\u{1B}"), "colour where there is no terminal")
  }

  @Test(arguments: ["awkward", "tiny"])
  func bothRecipesHoldInBF16(name: String) throws {
    let result = try verify(
      name, "--precision", "bf16", "--losses", TestFiles.fixture("\(name)_losses_llmc.txt"),
      "--losses", TestFiles.fixture("\(name)_losses_strict.txt"))
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(result.output.contains("recipe strict, precision bf16"))
    #expect(result.output.contains("the same bits as without ok"))
  }

  @Test func withoutLossesItSaysThatTheStepsWereNotChecked() throws {
    let result = try verify("tiny", "--recipe", "llmc")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("the losses were not checked"))
  }

  @Test func aDifferingTensorIsNamedWithItsIndexAndBothValues() throws {
    let directory = try TemporaryDirectory()
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("tiny_debug_state.bin"))))
    // The gradient of wte begins behind tokens, targets, logits and the loss; its element 3 becomes 7.
    bytes.set((1024 / 4) + 2 * 18 + 18 * 31 + 1 + 3, to: Int32(bitPattern: Float(7).bitPattern))
    let state = try directory.write(bytes, to: "changed.bin")
    let result = try Command(
      "verify", "--model", TestFiles.fixture("tiny.bin"), "--state", state, "--recipe", "strict")
    #expect(result.exitCode == 1)
    #expect(result.output.contains("first divergence: dwte[3] = "))
    #expect(result.output.contains("reference 7.0"))
    #expect(result.output.contains("strict: 17 of 18 tensors agree: DIFFERS"))
  }

  @Test func lossesThatDifferFailTheCheck() throws {
    let result = try verify(
      "tiny", "--recipe", "llmc", "--losses", TestFiles.fixture("awkward_losses_llmc.txt"))
    #expect(result.exitCode == 1)
    #expect(result.output.contains("DIFFERS"))
  }

  @Test func scratchFilesAreRemovedAndAWrongPlaceForThemIsNamed() throws {
    let directory = try TemporaryDirectory()
    let result = try Command(
      verifyTiny + ["--recipe", "strict"], environment: ["TMPDIR": directory.path])
    #expect(result.exitCode == 0)
    #expect(try directory.names() == [])
    let nowhere = directory.file("nowhere")
    let refused = try Command(verifyTiny + ["--recipe", "strict"], environment: ["TMPDIR": nowhere])
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.hasPrefix("gpt2: \(nowhere): no such file or directory"))
    // The other recipe saves nothing.
    #expect(try Command(verifyTiny + ["--recipe", "llmc"], environment: ["TMPDIR": nowhere]).exitCode == 0)
  }

  private let verifyTiny = [
    "verify", "--model", TestFiles.fixture("tiny.bin"), "--state", TestFiles.fixture("tiny_debug_state.bin"),
  ]

  @Test func jsonIsOneObjectARecipe() throws {
    let result = try verify("tiny", "--json")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2)
    for (line, recipe) in zip(lines, ["llmc", "strict"]) {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["recipe"] as? String == recipe)
      #expect(object?["precision"] as? String == "fp32")
      #expect(object?["holds"] as? Bool == true)
      #expect((object?["tensors"] as? [Any])?.count == 18)
    }
  }

  @Test func oneLossFileForTwoRecipesIsAmbiguous() throws {
    let result = try verify("tiny", "--losses", TestFiles.fixture("tiny_losses_llmc.txt"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("once for each recipe"))
  }
}
