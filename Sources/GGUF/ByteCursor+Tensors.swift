import GPT2BinaryFiles

extension ByteCursor {
  /// What there is to say of a tensor, and where its data begin, counted from where all data begin.
  mutating func nextTensor(alignment: Int) throws(FileError) -> (TensorInfo, offset: Int) {
    let name = try nextString("a tensor's name")
    let shown = name.onOneShortLine
    let dimensions = try nextDimensions(of: shown)
    let number = try next(UInt32.self)
    guard let type = TensorType(rawValue: number) else {
      let usable = TensorType.allCases.map(\.name).joined(separator: ", ")
      throw FileError(
        file.path,
        .mismatch(
          found: "tensor \(shown) of type \(RefusedType.name(of: number))", expected: "one of \(usable)",
          advice: RefusedType.advice(for: number)))
    }
    let info = TensorInfo(name: name, dimensions: dimensions, type: type)
    guard dimensions[0] % type.blockValues == 0 else {
      throw FileError(
        file.path,
        .invalidField(
          name: "columns of \(shown)", found: dimensions[0],
          expected: "a multiple of \(type.blockValues), the block of \(type.name)"))
    }
    let offset = try next(UInt64.self)
    guard offset % UInt64(alignment) == 0, offset <= file.count else {
      throw FileError(
        file.path,
        .invalidField(
          name: "offset of \(shown)", found: Int(clamping: offset),
          expected: "a multiple of \(alignment) inside the file"))
    }
    return (info, Int(offset))
  }

  private mutating func nextDimensions(of name: String) throws(FileError) -> [Int] {
    let count = try next(UInt32.self)
    guard (1...GGUFFormat.mostDimensions).contains(Int(count)) else {
      throw FileError(
        file.path,
        .invalidField(
          name: "number of dimensions of \(name)", found: Int(count),
          expected: "a value from 1 to \(GGUFFormat.mostDimensions)"))
    }
    var dimensions: [Int] = []
    for _ in 0..<count {
      let extent = try next(UInt64.self)
      guard let dimension = Int(exactly: extent), dimension > 0 else {
        throw FileError(
          file.path,
          .invalidField(
            name: "a dimension of \(name)", found: Int(clamping: extent), expected: "a value from 1 on"))
      }
      dimensions.append(dimension)
    }
    return dimensions
  }
}
