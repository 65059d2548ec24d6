/// The rung micrograd: the two originals' trainings, and a formula that is no network.
public struct MicrogradLesson {
  public struct Results: Sendable, Encodable {
    public var moons: [Moons.Step]
    public var yinYang: [YinYang.Step]
    public var tyre: TyreWear
    public var tyreWear: TyreWear.Sensitivity
  }

  public let moons: Moons
  public let yinYang: YinYang
  public let results: Results

  /// - Parameters:
  ///   - moonSeed: Of the first training; the original's is 1337.
  ///   - yinYangSeed: Of the second, not 0; the original's is 42.
  ///   - steps: Of each training; the originals take 100.
  ///   - progress: Called after each of the first training's steps, which take nearly all of the time.
  public init(
    moonSeed: UInt32, yinYangSeed: UInt32, steps: Int, tyre: TyreWear,
    progress: (Int, Moons.Step) -> Void = { _, _ in }
  ) {
    moons = Moons(seed: moonSeed)
    yinYang = YinYang(seed: yinYangSeed)
    results = Results(
      moons: moons.train(steps: steps, progress: progress), yinYang: yinYang.train(steps: steps), tyre: tyre,
      tyreWear: tyre.graph().sensitivity)
  }
}
