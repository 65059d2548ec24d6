import Testing

@testable import Transformer

/// Sets of tensors, and the names that users give them by.
@Suite struct TrainableTensorsTests {
  @Test func tensorsComeInCheckpointOrder() {
    #expect(TrainableTensors([.fcw, .wte, .fcw, .lnfb]).tensors == [.wte, .fcw, .lnfb])
    #expect(TrainableTensors.all.tensors == ParameterTensor.allCases)
    #expect(TrainableTensors.none.tensors == [])
  }

  @Test(
    arguments: [
      ("qkvw", [.qkvw]), ("fcw,qkvw", [.qkvw, .fcw]), ("none", []), ("none,wpe", [.wpe]),
      ("biases", [.ln1b, .qkvb, .attprojb, .ln2b, .fcb, .fcprojb, .lnfb]),
      ("norms,wte", [.wte, .ln1w, .ln1b, .ln2w, .ln2b, .lnfw, .lnfb]), ("embeddings", [.wte, .wpe]),
      ("linear", [.qkvw, .qkvb, .attprojw, .attprojb, .fcw, .fcb, .fcprojw, .fcprojb]),
      ("wte,all", ParameterTensor.allCases),
    ] as [(String, [ParameterTensor])])
  func namesAreRead(names: String, tensors: [ParameterTensor]) throws {
    #expect(try TrainableTensors(names: names).tensors == tensors)
  }

  @Test(arguments: ["", "qkv", "qkvw,", "qkvw, fcw", "QKVW", "biases,bias"])
  func otherNamesAreRefused(names: String) {
    let expected = names.split(separator: ",", omittingEmptySubsequences: false).last.map(String.init)
    do throws(TensorNameError) {
      _ = try TrainableTensors(names: names)
      Issue.record("expected a TensorNameError")
    } catch {
      #expect(error.found == expected)
      #expect(error.description.hasPrefix("found '\(error.found)', expected"))
      #expect(error.description.contains("biases") && error.description.contains("fcprojw"))
    }
  }

  @Test(arguments: 0..<200)
  func descriptionsAndBitsReadBackAsTheSameSet(seed: UInt64) throws {
    let bits = UInt16(truncatingIfNeeded: seed &* 0x9E37_79B9)
    let set = TrainableTensors(bits: bits)
    #expect(set.bits == bits && set.tensors.count == bits.nonzeroBitCount)
    #expect(try TrainableTensors(names: set.description) == set)
    #expect(TrainableTensors(set.tensors) == set)
  }

  @Test func subtractingLeavesTheRest() throws {
    let rest = TrainableTensors.all.subtracting(try TrainableTensors(names: "linear,norms"))
    #expect(rest.tensors == [.wte, .wpe])
    #expect(TrainableTensors([.wpe]).subtracting(.all) == .none)
  }

  /// Bit for bit: the sets stand in files.
  @Test func bitsAreInCheckpointOrder() {
    #expect(TrainableTensors([.wte]).bits == 1)
    #expect(TrainableTensors([.qkvw, .fcprojw]).bits == 1 << 4 | 1 << 12)
    #expect(TrainableTensors.all.bits == .max)
  }
}
