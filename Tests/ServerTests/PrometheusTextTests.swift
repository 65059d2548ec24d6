import Testing

@testable import GPT2Server

@Suite struct PrometheusTextTests {
  /// As the format's description has it.
  @Test func labelsAreEscaped() {
    var text = PrometheusText()
    text.write("name", .gauge, "Help.", [([("a", "x\"y\\z\n"), ("b", "")], 1.5), ([], 3)])
    #expect(
      text.text == """
        # HELP name Help.
        # TYPE name gauge
        name{a="x\\"y\\\\z\\n",b=""} 1.5
        name 3

        """)
  }

  @Test func nothingIsWrittenOfNothing() {
    var text = PrometheusText()
    text.write("name", .counter, "Help.", [])
    #expect(text.text.isEmpty)
  }
}

@Suite struct SmallPartsTests {
  @Test func keysAreEqualOrNot() {
    #expect(APIKeys.areEqual([1, 2], [1, 2]) && APIKeys.areEqual([], []))
    for other: [UInt8] in [[], [1], [1, 3], [2, 2], [1, 2, 0], [1, 2, 3]] {
      #expect(!APIKeys.areEqual([1, 2], other))
    }
  }

  @Test(arguments: [
    ("/a", "/a"), ("/no%20body", "/no body"), ("%C3%A9", "é"), ("100%", nil), ("%4", nil), ("%zz", nil),
    ("%+f", nil), ("%C3", nil),
  ])
  func percentEncoding(text: String, decoded: String?) { #expect(PercentEncoding.decoded(text) == decoded) }
}
