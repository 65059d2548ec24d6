import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

@Suite struct VerifierTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: ["awkward", "tiny"], ["llmc", "strict"])
  func fixturesHoldInBF16(name: String, recipeName: String) throws {
    let recipe = (recipeName == "llmc" ? VerificationRecipe.llmc : .strict).at(.bf16)
    #expect(recipe.precision == .bf16)
    let path = TestFiles.fixture("\(name)_losses_\(recipeName).txt")
    let losses = try LossFile.read(path, count: recipe.steps)
    let report = try report(on: name, by: recipe, expectedLosses: (path, losses))
    #expect(report.tensors.filter { !$0.agrees }.map(\.name) == [])
    #expect(report.trajectory?.divergingSteps == [])
    #expect(report.resumesExactly == (recipeName == "strict" ? true : nil))
  }

  /// Rounding must show, or it was not done.
  @Test("bf16 gives other numbers than fp32")
  func bf16IsNotFP32() throws {
    let report = try report(on: "awkward", by: .strict.at(.bf16), expectedLosses: nil)
    for tensor in report.tensors { #expect(tensor.largestDifference > 1e-5, "\(tensor.name)") }
  }

  @Test(arguments: ["awkward", "tiny"], ["llmc", "strict"])
  func fixturesHoldByBothRecipes(name: String, recipeName: String) throws {
    let recipe = recipeName == "llmc" ? VerificationRecipe.llmc : .strict
    let path = TestFiles.fixture("\(name)_losses_\(recipeName).txt")
    let losses = try LossFile.read(path, count: recipe.steps)
    let report = try report(on: name, by: recipe, expectedLosses: (path, losses))
    #expect(report.holds)
    #expect(report.tensors.map(\.name).prefix(3) == ["logits", "loss", "dwte"])
    #expect(report.tensors.count == 18)
    #expect(report.trajectory?.divergingSteps == [])
    #expect(report.resumesExactly == (recipeName == "strict" ? true : nil))
    // The fixtures are exact, so the steps agree far more closely than a recipe demands.
    for (loss, expected) in zip(report.losses, losses) { #expect(abs(loss - expected) < 5e-6) }
  }

  @Test func withoutKnownLossesTheStepsAreNotChecked() throws {
    let report = try report(on: "tiny", by: .llmc, expectedLosses: nil)
    #expect(report.trajectory == nil)
    #expect(report.losses.count == 10)
    #expect(report.holds)
  }

  @Test func aTrajectoryThatDiffersIsSeen() throws {
    let recipe = VerificationRecipe.llmc
    var losses = try LossFile.read(TestFiles.fixture("tiny_losses_llmc.txt"), count: recipe.steps)
    losses[4] += 0.02
    losses[7] = .nan
    let report = try report(on: "tiny", by: recipe, expectedLosses: ("changed", losses))
    #expect(report.trajectory?.divergingSteps == [4, 7])
    #expect(!report.holds)
  }

  /// Every single tensor of the reference, made wrong in its last element, is found, and only it.
  @Test(arguments: ["logits", "loss"] + ParameterTensor.allCases.map { "d" + $0.name })
  func oneWrongElementIsFound(name: String) throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("tiny_debug_state.bin"))))
    let (offset, index) = try lastElement(of: name)
    bytes.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: Float(1.5e3)) { Array($0) })
    let state = try directory.write(bytes, to: "wrong.bin")
    let report = try report(on: "tiny", statePath: state, by: .strict, expectedLosses: nil)
    #expect(!report.holds)
    #expect(report.tensors.filter { !$0.agrees }.map(\.name) == [name])
    let divergence = report.tensors.first { !$0.agrees }?.firstDivergence
    #expect(divergence?.index == index)
    #expect(divergence?.reference == 1.5e3)
  }

  @Test func nanWeightsDoNotAgreeWithAnything() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    parameters.values(of: .lnfw)[0] = .nan
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("tiny_debug_state.bin"), for: parameters.configuration)
    let verifier = try Verifier(parameters, against: state, by: .llmc)
    let report = try verifier.run(expectedLosses: nil, scratchDirectory: directory.path)
    #expect(!report.holds)
    #expect(report.tensors.allSatisfy { !$0.agrees })
    #expect(report.tensors[0].largestDifference.isNaN)
  }

  @Test func toleranceIsAbsolutePlusRelative() {
    let tolerance = VerificationRecipe.Tolerance(absolute: 0.5, relative: 0.25)
    #expect(tolerance.allows(0.5, from: 0))
    #expect(tolerance.allows(1.5, from: -4))
    #expect(!tolerance.allows(1.6, from: -4))
    #expect(!tolerance.allows(.nan, from: 1))
    #expect(!tolerance.allows(.infinity, from: 1))
  }

  @Test func aFractionOfTheLargestElementIsAbsoluteForATensor() {
    let tolerance = VerificationRecipe.Tolerance(absolute: 0.5, relative: 0.25, ofLargest: 0.1)
    [1, -20, .infinity, .nan].withUnsafeBufferPointer {
      #expect(tolerance.within($0) == VerificationRecipe.Tolerance(absolute: 2.5, relative: 0.25))
    }
    let plain = VerificationRecipe.Tolerance(absolute: 0.5)
    [1, -20].withUnsafeBufferPointer { #expect(plain.within($0) == plain) }
  }

  /// Where the last element of a tensor lies in tiny's state, and its index in the tensor.
  private func lastElement(of name: String) throws -> (offset: Int, index: Int) {
    let configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
    var offset = 1024 + 4 * (2 * 18)
    var counts = [("logits", 18 * 31), ("loss", 1)]
    counts += ParameterTensor.allCases.map { ("d" + $0.name, $0.count(in: configuration) ?? 0) }
    for (tensor, count) in counts {
      offset += 4 * count
      if tensor == name { return (offset - 4, count - 1) }
    }
    throw CocoaError(.fileNoSuchFile)
  }

  private func report(
    on name: String, statePath: String? = nil, by recipe: VerificationRecipe,
    expectedLosses: (source: String, losses: [Float])?
  ) throws -> VerificationReport {
    let parameters = try Checkpoint.read(TestFiles.fixture("\(name).bin"))
    let state = try ReferenceState(
      contentsOf: statePath ?? TestFiles.fixture("\(name)_debug_state.bin"), for: parameters.configuration)
    let verifier = try Verifier(parameters, against: state, by: recipe)
    return try verifier.run(expectedLosses: expectedLosses, scratchDirectory: directory.path)
  }
}
