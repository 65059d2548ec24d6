import ArgumentParser
import GPT2Generation

/// What of a model is switched off.
struct AblationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Switch these neurons of feed-forward parts off, from 0 in each layer; 3:0-99 is a hundred of layer 3's.",
      valueName: "layer:neuron,…"))
  var neuronsOff: PlaceList?

  @Option(
    help: ArgumentHelp(
      "Switch these heads of attention off, from 0 in each layer.", valueName: "layer:head,…"))
  var headsOff: PlaceList?

  /// `nil` if everything is on.
  var ablation: Ablation? {
    guard neuronsOff != nil || headsOff != nil else { return nil }
    return Ablation(
      neurons: neuronsOff?.places.map { .init(layer: $0.layer, neuron: $0.number) } ?? [],
      heads: headsOff?.places.map { .init(layer: $0.layer, head: $0.number) } ?? [])
  }
}

/// Numbers within layers as they are given on a command line: "3:17,3:20-29,5:0".
struct PlaceList: ExpressibleByArgument {
  let places: [(layer: Int, number: Int)]

  init?(argument: String) {
    var places: [(layer: Int, number: Int)] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: ":", omittingEmptySubsequences: false)
      guard pair.count == 2, let layer = Self.number(pair[0]), let numbers = Self.range(pair[1]) else {
        return nil
      }
      // More than any model has.
      guard places.count + numbers.count <= 1 << 20 else { return nil }
      places += numbers.map { (layer, $0) }
    }
    self.places = places
  }

  /// "17", or "20-29".
  private static func range(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(number)
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last,
      // More than any layer has.
      last - first < 1 << 20
    else { return nil }
    return first...last
  }

  private static func number(_ text: Substring) -> Int? {
    let digits = text.filter { $0 != " " }
    return digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
  }
}
