/// The rung micrograd: the two originals' trainings, and a formula that is no network.
package struct MicrogradLesson {
  package struct Results: Sendable, Encodable {
    package var moons: [Moons.Step]
    package var yinYang: [YinYang.Step]
    package var tyre: TyreWear
    package var tyreWear: TyreWear.Sensitivity
  }

  package let moons: Moons
  package let yinYang: YinYang
  package let results: Results
  /// The first network at some of its steps, and after the last.
  let moonSnapshots: [MoonSnapshot]

  /// - Parameters:
  ///   - moonSeed: Of the first training; the original's is 1337.
  ///   - yinYangSeed: Of the second, not 0; the original's is 42.
  ///   - steps: Of each training; the originals take 100.
  ///   - progress: Called after each of the first training's steps, which take nearly all of the time.
  package init(
    moonSeed: UInt32, yinYangSeed: UInt32, steps: Int, tyre: TyreWear,
    progress: (Int, Moons.Step) -> Void = { _, _ in }
  ) {
    moons = Moons(seed: moonSeed)
    yinYang = YinYang(seed: yinYangSeed)
    let parameters = moons.network.parameters
    let every = max(1, steps / 20)
    // What step k sees is what the step before it left.
    var seen = [0: parameters.map(\.data)]
    let moonSteps = moons.train(steps: steps) { index, step in
      if (index + 1).isMultiple(of: every) || index + 1 == steps { seen[index + 1] = parameters.map(\.data) }
      progress(index, step)
    }
    let (loss, accuracy) = moons.loss()
    let all = moonSteps + [Moons.Step(loss: loss.data, accuracy: accuracy)]
    moonSnapshots = seen.sorted { $0.key < $1.key }.map { MoonSnapshot(step: $0, all[$0], parameters: $1) }
    results = Results(
      moons: moonSteps, yinYang: yinYang.train(steps: steps), tyre: tyre, tyreWear: tyre.graph().sensitivity)
  }
}
