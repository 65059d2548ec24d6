/// Takes every timing of this module: the median of several runs after one that is not counted, which touches
/// memory for the first time and wakes threads.
struct Stopwatch {
  let repetitions: Int
  /// Told before each run what is being timed; ends the benchmark by throwing.
  let observe: (String) throws -> Void

  /// The median of the seconds that `run` takes.
  ///
  /// - Parameter prepare: Called before each run, outside the timing.
  func median(of name: String, prepare: () -> Void = {}, _ run: () throws -> Void) throws -> Double {
    var timings: [Double] = []
    for repetition in 0...repetitions {
      try observe(name)
      prepare()
      let seconds = try Self.seconds(run)
      if repetition > 0 { timings.append(seconds) }
    }
    return Statistics.median(timings)
  }

  /// The seconds that `run` takes, once.
  static func seconds(_ run: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try run()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
