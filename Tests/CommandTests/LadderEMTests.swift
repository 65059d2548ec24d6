import Foundation
import TestSupport
import Testing

@Suite struct LadderEMTests {
  private func run(_ arguments: String...) throws -> Command {
    try Command(["em"] + arguments, executable: Command.ladder)
  }

  @Test func itFitsAndDraws() throws {
    let directory = try TemporaryDirectory()
    let page = directory.file("page")
    let result = try run("--points", "60", "--iterations", "9", "--tolerance", "0", "--output", page)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("60 points in 1 dimension\n"))
    #expect(result.output.contains("60 points in 2 dimensions\n"))
    #expect(result.output.contains("not converged after 9 iterations"))
    let files = try FileManager.default.contentsOfDirectory(atPath: page).sorted()
    let states = [0, 1, 3, 8, 9]
    let expected = [1, 2].flatMap { d in ["likelihood-\(d)d.svg"] + states.map { "mixture-\(d)d-\($0).svg" } }
    #expect(files == (expected + ["index.html"]).sorted())
    for file in expected {
      _ = try XMLTree.parse(try String(contentsOfFile: page + "/" + file, encoding: .utf8))
    }
    #expect(try run("--points", "60", "--iterations", "9", "--tolerance", "0").output == result.output)
    #expect(try run("--points", "60", "--seed", "2").output != run("--points", "60").output)
  }

  @Test func pointsOfAFileAreFitted() throws {
    let directory = try TemporaryDirectory()
    // One Gaussian has the mean and the covariance of the points, and the regularisation on top.
    let path = try directory.write(Array("0 0 1\n2 0 3\n0 2 5\n2 2 7\n".utf8), to: "points")
    let result = try run(
      "--data", path, "--components", "1", "--regularisation", "0.5", "--json", "--output",
      directory.file("page"))
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let fit = try #require((object["fits"] as? [[String: Any]])?.first)
    let component = try #require((fit["components"] as? [[String: Any]])?.first)
    #expect(component["weight"] as? Double == 1)
    let numbers =
      try #require(component["mean"] as? [Double]) + (try #require(component["covariance"] as? [Double]))
    let expected = [1.0, 1, 4, 1.5, 0, 1, 0, 1.5, 2, 1, 2, 5.5]
    #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(numbers)")
    // Three dimensions are not drawn; the likelihood is.
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.file("page")).sorted()
    #expect(files == ["index.html", "likelihood-3d.svg"])
  }

  @Test func whatCannotBeFittedIsOneClearLine() throws {
    let directory = try TemporaryDirectory()
    let few = try directory.write(Array("1 2\n3 4\n".utf8), to: "few")
    #expect(
      try run("--data", few).diagnostics
        == "ladder: found 2 points, expected at least 3, one for each component; take fewer components\n")
    let equal = try directory.write(Array("1\n1\n1\n1\n".utf8), to: "equal")
    let degenerate = try run("--data", equal, "--regularisation", "0")
    #expect(degenerate.exitCode == 2)
    #expect(
      degenerate.diagnostics.hasPrefix("ladder: component 1 at iteration 0: found a covariance without"))
    #expect(try run("--data", equal).exitCode == 0)
  }

  @Test(arguments: [
    ["--data", "/nowhere"], ["--data", "x", "--dimensions", "1"], ["--dimensions", "3"], ["--points", "0"],
    ["--points", "2"], ["--components", "0"], ["--starts", "0"], ["--iterations", "0"],
    ["--tolerance", "-1"],
    ["--tolerance", "nan"], ["--regularisation", "-1"], ["--regularisation", "inf"], ["--seed", "0"],
  ])
  func badInputIsOneClearLine(arguments: [String]) throws {
    let result = try Command(["em"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    let first = result.diagnostics.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix("ladder: ") || first.hasPrefix("Error: "), "\(result.diagnostics)")
  }

  @Test func helpTeaches() throws {
    let result = try run("--help")
    #expect(result.exitCode == 0 && result.output.contains("  ladder em"))
  }
}
