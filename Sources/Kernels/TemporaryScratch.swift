extension Workers {
  func withScratch<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
    defer { memory.deallocate() }
    return body(memory.assumingMemoryBound(to: Float.self))
  }
}
