import Testing

@testable import GPT2Transformer

/// Sets of tensors, and the names that users give them by.
@Suite struct TensorSetTests {
  @Test func tensorsComeInCheckpointOrder() {
    #expect(TensorSet([.fcw, .wte, .fcw, .lnfb]).tensors == [.wte, .fcw, .lnfb])
    #expect(TensorSet.all.tensors == ParameterTensor.allCases)
    #expect(TensorSet.none.tensors == [])
  }

  @Test(
    arguments: [
      ("qkvw", [.qkvw]), ("fcw,qkvw", [.qkvw, .fcw]), ("none", []), ("none,wpe", [.wpe]),
      ("biases", [.ln1b, .qkvb, .attprojb, .ln2b, .fcb, .fcprojb, .lnfb]),
      ("norms,wte", [.wte, .ln1w, .ln1b, .ln2w, .ln2b, .lnfw, .lnfb]), ("embeddings", [.wte, .wpe]),
      ("linear", [.qkvw, .attprojw, .fcw, .fcprojw]),
      ("wte,all", ParameterTensor.allCases),
    ] as [(String, [ParameterTensor])])
  func namesAreRead(names: String, tensors: [ParameterTensor]) throws {
    #expect(try TensorSet(names: names).tensors == tensors)
  }

  @Test(arguments: ["", "qkv", "qkvw,", "qkvw, fcw", "QKVW", "biases,bias"])
  func otherNamesAreRefused(names: String) {
    let expected = names.split(separator: ",", omittingEmptySubsequences: false).last.map(String.init)
    do throws(TensorNameError) {
      _ = try TensorSet(names: names)
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
    let set = TensorSet(bits: bits)
    #expect(set.bits == bits && set.tensors.count == bits.nonzeroBitCount)
    #expect(try TensorSet(names: set.description) == set)
    #expect(TensorSet(set.tensors) == set)
  }

  @Test func subtractingLeavesTheRest() throws {
    let rest = TensorSet.all.subtracting(try TensorSet(names: "linear,biases"))
    #expect(rest.tensors == [.wte, .wpe, .ln1w, .ln2w, .lnfw])
    #expect(TensorSet([.wpe]).subtracting(.all) == .none)
  }

  /// Bit for bit: the sets stand in files.
  @Test func bitsAreInCheckpointOrder() {
    #expect(TensorSet([.wte]).bits == 1)
    #expect(TensorSet([.qkvw, .fcprojw]).bits == 1 << 4 | 1 << 12)
    #expect(TensorSet.all.bits == .max)
  }
}
