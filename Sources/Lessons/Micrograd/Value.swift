import GPT2Platform

/// One number in a computation that remembers what it was computed from, so that `backward()` can tell how a result
/// depends on it: reverse-mode automatic differentiation of scalars, after karpathy/micrograd's `engine.py`.
///
/// − and ÷ are made of the others, as there, so that the graph has the same nodes and rounds alike.
package final class Value {
  /// Changing it changes nothing that has already been computed from it.
  package var data: Double
  /// ∂(the value that `backward` was called on) / ∂(this value), added up over calls of `backward`.
  package var gradient = 0.0
  /// What it was computed from, and how.
  package private(set) var operation: Operation
  /// What it stands for, where it is drawn.
  package var name: String?
  private var isVisited = false

  package enum Operation {
    case leaf
    case sum(Value, Value)
    case product(Value, Value)
    case power(Value, Double)
    case exponential(Value)
    case logarithm(Value)
    case hyperbolicTangent(Value)
    case rectified(Value)
  }

  package convenience init(_ data: Double, name: String? = nil) { self.init(data, .leaf, name) }

  private init(_ data: Double, _ operation: Operation, _ name: String? = nil) {
    self.data = data
    self.operation = operation
    self.name = name
  }

  package static func + (a: Value, b: Value) -> Value { Value(a.data + b.data, .sum(a, b)) }
  package static func * (a: Value, b: Value) -> Value { Value(a.data * b.data, .product(a, b)) }
  package func power(_ exponent: Double) -> Value { Value(pow(data, exponent), .power(self, exponent)) }
  package func exponential() -> Value { Value(exp(data), .exponential(self)) }
  /// To the base e.
  package func logarithm() -> Value { Value(log(data), .logarithm(self)) }
  package func hyperbolicTangent() -> Value { Value(tanh(data), .hyperbolicTangent(self)) }
  /// The larger of it and 0 (ReLU).
  package func rectified() -> Value { Value(data < 0 ? 0 : data, .rectified(self)) }

  package static prefix func - (a: Value) -> Value { a * -1 }
  package static func - (a: Value, b: Value) -> Value { a + -b }
  package static func / (a: Value, b: Value) -> Value { a * b.power(-1) }

  /// The chain rule, one node at a time: adds to the gradient of every value that this one was computed from.
  package func backward() {
    let order = ancestorsFirst()
    // Those between are of this pass alone; leaves add up, as parameters do over several losses.
    for node in order { if case .leaf = node.operation { continue } else { node.gradient = 0 } }
    gradient += 1
    for node in order.reversed() { node.passGradientOn() }
  }

  /// Multiplies the gradient by the operation's derivative by each operand.
  private func passGradientOn() {
    switch operation {
    case .leaf: break
    case .sum(let a, let b):
      a.gradient += gradient
      b.gradient += gradient
    case .product(let a, let b):
      a.gradient += b.data * gradient
      b.gradient += a.data * gradient
    // The power 0 is constant at 0 too, where 0 · 0⁻¹ is no number.
    case .power(let a, let exponent) where exponent != 0:
      a.gradient += exponent * pow(a.data, exponent - 1) * gradient
    case .power: break
    case .exponential(let a): a.gradient += data * gradient
    case .logarithm(let a): a.gradient += 1 / a.data * gradient
    case .hyperbolicTangent(let a): a.gradient += (1 - data * data) * gradient
    case .rectified(let a): a.gradient += data > 0 ? gradient : 0
    }
  }

  /// All that it was computed from, and itself last: each after its operands (a topological order). The stack is an
  /// array, as the program's own would overflow where a graph is a hundred thousand operations deep.
  package func ancestorsFirst() -> [Value] {
    var order: [Value] = []
    var stack: [(node: Value, isReady: Bool)] = [(self, false)]
    while let (node, isReady) = stack.popLast() {
      if isReady {
        order.append(node)
      } else if !node.isVisited {
        node.isVisited = true
        stack.append((node, true))
        for operand in node.operation.operands.reversed() { stack.append((operand, false)) }
      }
    }
    for node in order { node.isVisited = false }
    return order
  }

  /// Releases the graph from a list, as releasing an operand in each `deinit` would nest as deep as the graph is.
  deinit {
    var released = operation.operands
    operation = .leaf
    while var node = released.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      released += node.operation.operands
      node.operation = .leaf
    }
  }
}

extension Value {
  /// The operation's derivative by each operand, the same that `backward` multiplies with.
  var slopes: [Double] {
    switch operation {
    case .leaf: []
    case .sum: [1, 1]
    case .product(let a, let b): [b.data, a.data]
    case .power(let a, let exponent): [exponent == 0 ? 0 : exponent * pow(a.data, exponent - 1)]
    case .exponential: [data]
    case .logarithm(let a): [1 / a.data]
    case .hyperbolicTangent: [1 - data * data]
    case .rectified: [data > 0 ? 1 : 0]
    }
  }
}

extension Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  package convenience init(floatLiteral value: Double) { self.init(value) }
  package convenience init(integerLiteral value: Int) { self.init(Double(value)) }
}

extension Value.Operation {
  package var operands: [Value] {
    switch self {
    case .leaf: []
    case .sum(let a, let b), .product(let a, let b): [a, b]
    case .power(let a, _), .exponential(let a), .logarithm(let a), .hyperbolicTangent(let a),
      .rectified(let a):
      [a]
    }
  }
}
