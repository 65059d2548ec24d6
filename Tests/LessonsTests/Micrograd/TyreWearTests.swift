import GPT2Charts
import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct TyreWearTests {
  private static func plain(_ x: [Double]) -> Double {
    0.05 * pow(x[0] / 100, 2.1) * exp((x[1] - 20) / 30) * (1 - 0.4 * tanh(2 * x[2]))
  }

  @Test(arguments: [[120.0, 30, 0.5], [1, -60, 0], [400, 80, 1], [80, 20, 0.01]])
  func slopesAreFiniteDifferences(place: [Double]) {
    let (_, found) = TyreWear(speed: place[0], temperature: place[1], humidity: place[2]).graph()
    let expected = FiniteDifferences.gradient(at: place, of: Self.plain)
    #expect(abs(found.wear - Self.plain(place)) <= 1e-12 * Self.plain(place))
    for (value, reference) in zip([found.bySpeed, found.byTemperature, found.byHumidity], expected) {
      #expect(abs(value - reference) < 1e-6 * abs(reference) + 1e-12)
    }
  }

  @Test func theDrawingHoldsEveryNumberOfTheGraph() throws {
    let wear = TyreWear(speed: 120, temperature: 30, humidity: 0.5).graph().wear
    let nodes = wear.ancestorsFirst()
    let drawing = wear.drawing(summary: "s", inputs: [])
    let boxes = try XMLTree.parse(drawing.svg.markup).all("g", class: "node")
    #expect(boxes.count == nodes.count)
    for (box, node) in zip(boxes, nodes) {
      let texts = box.all("text").map(\.text)
      #expect(texts.count == 3)
      #expect(texts[1] == "data " + NumberText.significant(node.data))
      #expect(texts[2] == "grad " + NumberText.significant(node.gradient))
    }
    let titles = Set(boxes.compactMap { $0.all("text").first?.text })
    #expect(
      titles.isSuperset(of: ["speed", "temperature", "humidity", "wear = ×", "power 2.1", "tanh", "exp"]))
  }
}
