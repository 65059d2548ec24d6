/// The colours of charts: those of Okabe and Ito (2008), which colour-blind people can tell apart too.
///
/// Charts name them as CSS variables, so that a page can show one drawing in light and in dark. Black is the text's
/// own colour; of the others, light pages take those that are dark enough first, and dark pages those that are light.
package enum Palette {
  /// A colour of a series: the first is 0, and after the last the first comes again.
  package static func series(_ index: Int) -> String {
    let place = (index % light.count + light.count) % light.count
    return "var(--series-\(place),\(light[place]))"
  }

  /// How lines of a series are dashed, for `stroke-dasharray`: not those of the first round of colours.
  package static func dashes(_ index: Int) -> String? {
    let patterns = [nil, "7 4", "2 3"]
    return patterns[max(0, index) / light.count % patterns.count]
  }

  /// How many series can be told apart.
  package static let seriesCount = 3 * light.count

  static let light = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
  static let dark = ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00"]

  /// The style sheet that the charts of a page share. `--surface` is the colour behind them.
  package static let styleSheet = """
    :root{\(variables(light));--surface:#ffffff}
    @media (prefers-color-scheme:dark){:root{\(variables(dark));--surface:#16191d}}
    .chart{display:block;width:100%;height:auto;font:12px system-ui,sans-serif;color:inherit;overflow:visible}
    .chart text{fill:currentColor;font-variant-numeric:tabular-nums}
    .chart .quiet{fill-opacity:.66}
    .chart .grid{stroke:currentColor;stroke-opacity:.12}
    .chart .axis{stroke:currentColor;stroke-opacity:.4}
    .chart .mark{stroke:currentColor;stroke-opacity:.5;stroke-dasharray:3 3}
    .chart .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .chart .raw{stroke-width:1;stroke-opacity:.4}
    .chart .halo{stroke:var(--surface,#ffffff);stroke-width:1.5}
    .chart .named{paint-order:stroke;stroke:var(--surface,#ffffff);stroke-width:3;stroke-linejoin:round}
    .chart .readout rect:first-child{fill:transparent}
    .chart .readout .shown{visibility:hidden;pointer-events:none}
    .chart .readout:hover .shown{visibility:visible}
    .chart .readout .cross{stroke:currentColor;stroke-opacity:.5}
    .chart .readout .box{fill:var(--surface,#ffffff);stroke:currentColor;stroke-opacity:.3}
    """

  private static func variables(_ colors: [String]) -> String {
    colors.enumerated().map { "--series-\($0):\($1)" }.joined(separator: ";")
  }
}

/// Colours for numbers: points that are known, and between them a straight line in RGB.
package struct ColorRamp: Sendable {
  private let colors: [(red: Double, green: Double, blue: Double)]

  /// matplotlib's cividis (Nuñez, Anderton and Renslow 2018), at ten places: from dark blue to yellow, and ever
  /// lighter, also to colour-blind people.
  package static let sequential = ColorRamp([
    0x00_224E, 0x12_3570, 0x3B_496C, 0x57_5D6D, 0x70_7173, 0x8A_8678, 0xA5_9C74, 0xC3_B369, 0xE1_CC55,
    0xFE_E838,
  ])
  /// Around zero: Okabe and Ito's blue, a light grey, and their vermillion.
  package static let diverging = ColorRamp([0x00_72B2, 0xF2_F2F2, 0xD5_5E00])

  /// - Parameter colors: At least two, as 0xRRGGBB.
  package init(_ colors: [Int]) {
    precondition(colors.count > 1, "a ramp between fewer than two colours")
    self.colors = colors.map {
      (Double($0 >> 16 & 255), Double($0 >> 8 & 255), Double($0 & 255))
    }
  }

  /// "#RRGGBB" for a fraction, which is taken as 0 or 1 if it is outside.
  package func color(_ fraction: Double) -> String {
    let (red, green, blue) = components(fraction)
    return "#"
      + [red, green, blue].map { value in
        let hexadecimal = String(Int(value.rounded()), radix: 16, uppercase: true)
        return hexadecimal.count < 2 ? "0" + hexadecimal : hexadecimal
      }.joined()
  }

  /// Whether black is easier to read on that colour than white, by its luma (Rec. 601).
  func isLight(_ fraction: Double) -> Bool {
    let (red, green, blue) = components(fraction)
    return 0.299 * red + 0.587 * green + 0.114 * blue > 140
  }

  private func components(_ fraction: Double) -> (Double, Double, Double) {
    let place = max(0, min(1, fraction.isNaN ? 0 : fraction)) * Double(colors.count - 1)
    let index = min(Int(place), colors.count - 2)
    let (a, b, part) = (colors[index], colors[index + 1], place - Double(index))
    return (
      a.red + (b.red - a.red) * part, a.green + (b.green - a.green) * part,
      a.blue + (b.blue - a.blue) * part
    )
  }
}
