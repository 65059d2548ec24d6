import Kernels

extension Workers {
  /// Calls `body` with each of so many places.
  @inline(__always)
  func forEach(_ count: Int, _ body: (_ index: Int) -> Void) {
    run(over: count, inRangesOf: 1 << 17) { range in
      for index in range { body(index) }
    }
  }
}
