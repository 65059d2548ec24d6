import GPT2RandomNumbers

/// The random state that llm.c's `train_gpt2.cu` draws from to round weights to bfloat16. Nothing here is rounded at
/// random; it is kept so that a run of ours goes on there, and one of theirs here, as if it had never moved.
package struct RoundingRandom: Equatable, Sendable {
  /// `rng_state`
  package private(set) var state: UInt64
  /// `rng_state_last_update`: the state before the last update.
  package private(set) var beforeLastUpdate: UInt64

  /// As llm.c begins, in its only process.
  package init() { self.init(state: 13_371_337, beforeLastUpdate: 0) }

  package init(state: UInt64, beforeLastUpdate: UInt64) {
    self.state = state
    self.beforeLastUpdate = beforeLastUpdate
  }

  /// The backward pass of a micro-batch draws once, for the token table.
  mutating func passBackward() { draw(1) }

  /// An update draws once for each of the sixteen tensors.
  mutating func update() {
    beforeLastUpdate = state
    draw(16)
  }

  private mutating func draw(_ count: Int) {
    var generator = XorShift(state: state)
    for _ in 0..<count { _ = generator.nextUInt32() }
    state = generator.state
  }
}
