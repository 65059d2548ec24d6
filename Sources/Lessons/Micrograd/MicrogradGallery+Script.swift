import GPT2BinaryFiles
import GPT2Charts

/// The first network of a `MicrogradLesson` at a step: what the step saw.
struct MoonSnapshot: Encodable {
  let step: Int
  let loss: Double
  let accuracy: Double
  /// Rounded to single precision, which is all that a page can show.
  let parameters: [Float]

  init(step: Int, _ seen: Moons.Step, parameters: [Double]) {
    self.step = step
    loss = seen.loss
    accuracy = seen.accuracy
    self.parameters = parameters.map { Float($0) }
  }
}

// What the page's script, micrograd.js, computes with.
extension MicrogradLesson {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary micrograd.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.micrograd_js, as: UTF8.self),
      sha256: "DnligcMkV4qSTfVpwMrsUKQi+7hy5EqszE6N8EmhD/8=")
  }

  private struct Boundary: Encodable {
    var widths: [Int]
    var snapshots: [MoonSnapshot]
    var x: [Double]
    var y: [Double]
  }

  /// The network at its steps, and the rectangle that is shown.
  var moonValues: String {
    let network = moons.network
    let widths = [network.layers[0][0].weights.count] + network.layers.map(\.count)
    return Gallery.json(
      Boundary(widths: widths, snapshots: moonSnapshots, x: Self.moonPlace.x, y: Self.moonPlace.y))
  }

  private struct Graph: Encodable {
    struct Node: Encodable {
      var op: String
      var of: [Int]
      var data: Double
      var exponent: Double?
    }
    struct Input: Encodable {
      var node: Int
      var name: String
      var unit: String
      var min: Double
      var max: Double
      var step: Double
    }
    var nodes: [Node]
    var inputs: [Input]
    var unit: String
    /// With {names} of inputs, and what is raised between two ^.
    var formula: String
  }

  /// The tyre's graph, its nodes in the drawing's order, and how far its inputs can be moved.
  var tyreValues: String {
    let values = results.tyre.graph().wear.ancestorsFirst()
    let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { (ObjectIdentifier($1), $0) })
    let nodes = values.map { value in
      Graph.Node(
        op: value.operation.word,
        of: value.operation.operands.compactMap { places[ObjectIdentifier($0)] }, data: value.data,
        exponent: value.operation.exponent)
    }
    let ranges = [
      ("speed", "km/h", 20.0, 300.0, 1.0), ("temperature", "°C", -20, 60, 1),
      ("humidity", "0 to 1", 0, 1, 0.01),
    ]
    let inputs = ranges.compactMap { name, unit, least, most, step in
      values.firstIndex { $0.isLeaf && $0.name == name }.map { place in
        // What was asked for on the command line can be shown too.
        let value = values[place].data
        return Graph.Input(
          node: place, name: name, unit: unit, min: Swift.min(least, value), max: Swift.max(most, value),
          step: step)
      }
    }
    return Gallery.json(
      Graph(nodes: nodes, inputs: inputs, unit: "mm in 1000 km", formula: TyreWear.formula))
  }
}

extension Value.Operation {
  fileprivate var word: String {
    switch self {
    case .leaf: "leaf"
    case .sum: "sum"
    case .product: "product"
    case .power: "power"
    case .exponential: "exp"
    case .logarithm: "log"
    case .hyperbolicTangent: "tanh"
    case .rectified: "relu"
    }
  }

  fileprivate var exponent: Double? { if case .power(_, let exponent) = self { exponent } else { nil } }
}
