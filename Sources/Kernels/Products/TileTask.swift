/// Work that is written for any tile and any panel format, and runs with those that fit target and precision.
protocol TileTask {
  func run<Row: TileRow, Format: PanelFormat>(_ row: Row.Type, _ format: Format.Type)
}

/// The tiles there are.
enum Tiles: CaseIterable {
  /// 6 × 64, for 32 registers of 16 floats.
  case wide
  /// 6 × 16, for AVX2 and NEON.
  case narrow

  /// Those of this target.
  static var ofTarget: Tiles { TargetFeatures.hasAVX512 ? .wide : .narrow }

  /// The one place where generic text meets its four instances.
  func run(_ task: some TileTask, _ precision: Precision) {
    switch (self, precision) {
    case (.wide, .fp32): task.run(WideRow.self, SinglePrecision.self)
    case (.wide, .bf16): task.run(WideRow.self, BFloat16Pairs.self)
    case (.narrow, .fp32): task.run(NarrowRow.self, SinglePrecision.self)
    case (.narrow, .bf16): task.run(NarrowRow.self, BFloat16Pairs.self)
    }
  }
}
