/// The names that a pickle may ask for: those that PyTorch's files of tensors need, and no other. None is ever called;
/// what each would make is made here.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(TensorElement)
  /// A type of values, which is named beside them; or a shape.
  case description

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"), ("torch", "device"): self = .description
    case ("torch", _):
      guard let element = TensorElement(rawValue: name) else {
        guard Self.dataTypes.contains(name) else { return nil }
        self = .description
        return
      }
      self = .storage(element)
    default: return nil
    }
  }

  private static let dataTypes: Set<String> = [
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
  ]
}
