import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct MicrogradCommand: Rung {
  static let original = LadderIndex.Original(
    "karpathy/micrograd", at: "https://github.com/karpathy/micrograd")
  static let sources = "Micrograd"

  static let configuration = CommandConfiguration(
    commandName: "micrograd",
    abstract: "Backpropagation of single numbers: two small networks, and a formula that is none.",
    discussion: """
      Trains the networks of karpathy/micrograd (two moons) and EurekaLabsAI/micrograd (yin-yang) with the originals' \
      points, weights and losses, and takes a formula for the wear of a tyre apart by the chain rule. The formula is \
      made up. With --output it draws the decision boundaries, and the graphs of the computations with the data and \
      gradient of every number.

        ladder micrograd --output lessons/micrograd
        ladder micrograd --speed 180 --temperature 40 --humidity 0.1
      """)

  @Option(name: .shortAndLong, help: "Seed of points and weights; by default the originals', 1337 and 42.")
  var seed: UInt32?

  @Option(help: "Steps of each training.")
  var steps = 100

  @Option(help: "The tyre's speed in km/h.")
  var speed = 120.0

  @Option(help: "The road's temperature in °C.")
  var temperature = 30.0

  @Option(help: "The air's humidity, from 0 to 1.")
  var humidity = 0.5

  @OptionGroup var options: RungOptions

  func validate() throws {
    if seed == 0 { throw ValidationError("--seed is 0, expected 1 to \(UInt32.max)") }
    try steps.check("--steps", in: 1...10_000)
    try speed.check("--speed", in: 1...400)
    try temperature.check("--temperature", in: -60...80)
    try humidity.check("--humidity", in: 0...1)
  }

  func climb() throws {
    var progress = ProgressLine()
    let tyre = TyreWear(speed: speed, temperature: temperature, humidity: humidity)
    let lesson = MicrogradLesson(
      moonSeed: seed ?? 1337, yinYangSeed: seed ?? 42, steps: steps, tyre: tyre
    ) { index, step in
      progress.show(
        Progress("moons", done: Double(index + 1) / Double(steps)).saying("step \(index + 1)/\(steps)")
          .saying("loss \(Numbers.fixed(step.loss, 4))"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: lines(lesson.results)) { lesson.gallery }
  }

  /// Every tenth step and the last, counted as the originals do.
  private func lines(_ results: MicrogradLesson.Results) -> [String] {
    let isShown = { (index: Int) in index % 10 == 0 || index == steps - 1 }
    var lines: [String] = []
    for (index, step) in results.moons.enumerated() where isShown(index) {
      lines.append(
        "moons: step \(index) loss \(step.loss), accuracy \(Numbers.fixed(step.accuracy * 100, 1))%")
    }
    for (index, step) in results.yinYang.enumerated() where isShown(index) {
      let validation = step.validationLoss.map { ", val loss \(Numbers.fixed($0, 6))" } ?? ""
      lines.append("yin-yang: step \(index + 1)/\(steps), train loss \(step.loss)\(validation)")
    }
    let tyre = results.tyreWear
    lines.append("tyre: \(Numbers.fixed(tyre.wear, 5)) mm of wear in 1000 km")
    lines.append(
      "tyre: slope by speed \(Numbers.fixed(tyre.bySpeed, 6)), by temperature "
        + "\(Numbers.fixed(tyre.byTemperature, 6)), by humidity \(Numbers.fixed(tyre.byHumidity, 6))")
    return lines
  }
}
