import Foundation
import Testing

@testable import GPT2Terminal

/// What a progress line says in rows of several widths.
@Suite struct ProgressTests {
  static let step = Progress(done: 0.25, secondsLeft: 3725)
    .saying("step 250/1000").saying("loss 5.5467").saying("norm 1.02", .middle).saying("lr 3.00e-04", .low)
    .saying("59 ms", .high).saying("4327 tokens/s", .high).saying("178 GFLOP/s, 71 % of peak", .middle)

  @Test(arguments: [
    (
      140,
      "1:02:05 left [====            ] step 250/1000 | loss 5.5467 | norm 1.02 | lr 3.00e-04 | 59 ms | "
        + "4327 tokens/s | 178 GFLOP/s, 71 % of peak"
    ),
    (
      122,
      "1:02:05 left | step 250/1000 | loss 5.5467 | norm 1.02 | lr 3.00e-04 | 59 ms | 4327 tokens/s | "
        + "178 GFLOP/s, 71 % of peak"
    ),
    (
      110,
      "1:02:05 left | step 250/1000 | loss 5.5467 | norm 1.02 | 59 ms | 4327 tokens/s | "
        + "178 GFLOP/s, 71 % of peak"
    ),
    (100, "1:02:05 left | step 250/1000 | loss 5.5467 | norm 1.02 | 59 ms | 4327 tokens/s"),
    (80, "1:02:05 left | step 250/1000 | loss 5.5467 | norm 1.02 | 59 ms | 4327 tokens/s"),
    (78, "1:02:05 left | step 250/1000 | loss 5.5467 | 59 ms | 4327 tokens/s"),
    (60, "1:02:05 left | step 250/1000 | loss 5.5467 | 59 ms"),
    (40, "1:02:05 left | step 250/1000 | loss 5.…"), (2, "…"), (1, ""), (0, ""),
  ])
  func whatThereIsRoomFor(columns: Int, row: String) { #expect(Self.step.row(columns: columns) == row) }

  @Test func elsewhereAllIsSaidButTheBar() {
    #expect(
      Self.step.text
        == "1:02:05 left | step 250/1000 | loss 5.5467 | norm 1.02 | lr 3.00e-04 | 59 ms | 4327 tokens/s | "
        + "178 GFLOP/s, 71 % of peak")
    #expect(Progress("timing").saying("gelu").text == "timing: gelu")
    #expect(Progress("a.txt", secondsLeft: .nan).saying("1/2").text == "--:-- left | a.txt: 1/2")
    #expect(Progress("moons").text == "moons" && Progress().text.isEmpty)
  }

  @Test(arguments: [1...12, 13...60, 61...200])
  func noRowIsWiderThanItsWindow(columns: ClosedRange<Int>) throws {
    let terminal = try TerminalColumns()
    let name = "notes/世界の本棚/e\u{301}tudes-ｆｕｌｌ-🙂/" + String(repeating: "章", count: 40) + ".jsonl"
    let rows = [
      Self.step,
      Progress(name, done: 0.5, secondsLeft: 61).saying("12/100").saying("loss 3.1", .middle),
      Progress(name).saying("checking"), Progress(done: .nan).saying("世界の本棚"), Progress(done: 7),
    ]
    for columns in columns {
      for row in rows.map({ $0.row(columns: columns) }) {
        #expect(terminal.width(of: row) < max(columns, 1), "\(columns): \(row)")
      }
    }
  }

  @Test func ofALongNameTheEndIsShown() {
    let progress = Progress("runs/of/last/year/世界/text_val.bin", done: 0.5, secondsLeft: 9)
      .saying("12/100").saying("loss 3.1", .middle)
    #expect(
      progress.row(columns: 100)
        == "0:09 left [========        ] runs/of/last/year/世界/text_val.bin: 12/100 | loss 3.1")
    #expect(progress.row(columns: 60) == "0:09 left | …/世界/text_val.bin: 12/100 | loss 3.1")
  }

  /// A name cannot move the cursor, nor be counted for less than is shown.
  @Test func whatATerminalObeysIsSpeltOut() {
    #expect(Progress("a\u{1B}[2J\nb").saying("x\r").text == "a\\u{1B}[2J\\nb: x\\r")
  }

  /// The window is asked anew for each line.
  @Test func aWindowThatChanges() throws {
    var (terminal, descriptor): (Int32, Int32) = (-1, -1)
    try #require(openpty(&terminal, &descriptor, nil, nil, nil) == 0)
    defer {
      close(terminal)
      close(descriptor)
    }
    var line = ProgressLine(on: descriptor)
    for columns in [140, 60, 100, 80, 60, 140] {
      var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
      try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
      line.show(Self.step)
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = try #require(Optional(read(terminal, &bytes, bytes.count)).flatMap { $0 > 0 ? $0 : nil })
      #expect(
        String(decoding: bytes[..<count], as: UTF8.self) == "\r\u{1B}[K" + Self.step.row(columns: columns))
    }
  }
}
