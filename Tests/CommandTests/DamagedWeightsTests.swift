import Foundation
import TestSupport
import Testing

/// A model one of whose biases is no number, in whatever is done with it: an error, and never a number that means nothing.
@Suite struct DamagedWeightsTests {
  private let workspace: EvaluationWorkspace
  /// The last value of lnfb is NaN.
  private let model: String
  private var directory: TemporaryDirectory { workspace.directory }

  init() throws {
    workspace = try EvaluationWorkspace()
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: workspace.model)))
    bytes.set(bytes.count / 4 - 1, to: Int32(bitPattern: Float.nan.bitPattern))
    model = try workspace.directory.write(bytes, to: "nan.bin")
  }

  @Test(arguments: ["fp32.bin", "folder/"])
  func convertRefuses(name: String) throws {
    let result = try Command("convert", model, directory.path + "/" + name)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("weight nan at position 9 of "), "\(result.diagnostics)")
    #expect(try !directory.names().contains { $0.hasPrefix("fp32") })
  }

  @Test(arguments: ["fp16", "bf16", "fp32"])
  func roundingNamesFileTensorPlaceAndValue(format: String) throws {
    let result = try Command("evaluate", "--model", model, "--data", workspace.data, "--quantize", format)
    expectRefusal(result, naming: "nan.bin: found weight nan at position 9 of lnfb, expected a finite number")
  }

  @Test func theLossIsNoNumber() throws {
    let result = try Command("evaluate", "--model", model, "--data", workspace.data)
    #expect(result.exitCode == 1 && result.output.isEmpty)
    #expect(result.diagnostics.contains("the loss nan, expected a finite number"), "\(result.diagnostics)")
  }

  @Test func nothingIsDrawnFromLogitsThatAreNoNumbers() throws {
    let result = try Command(
      "generate", "--model", model, "--tokenizer", workspace.tokenizer, "--seed", "1")
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("the logit nan, expected a finite number"), "\(result.diagnostics)")
  }
}
