import GPT2BinaryFiles
import GPT2Charts
import GPT2Generation
import GPT2Platform

// What the page's script, nanogpt.js, shows.
extension NanoGPTInside {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary nanogpt.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.nanogpt_js, as: UTF8.self),
      sha256: "xgCpwJ01bbBomeo/hQtYrl8gaYxzGG7iYwOzNyZyBEo=")
  }

  private struct Values: Encodable {
    /// Of each token.
    var names: [String]
    var tokens: [Int]
    var targets: [Int]
    var layers: Int
    var heads: Int
    /// Layer by layer, head by head, row by row, as little-endian floats in base 64; row t has t + 1 of them.
    var attention: String
    /// After 0 to L layers, position by position: tokens, the likeliest first, and their probabilities, encoded likewise.
    var listed: Int
    var likeliest: [Int]
    var probabilities: String
    /// The probabilities of what came.
    var came: String
  }

  func scriptValues(_ characters: [Unicode.Scalar]) -> String {
    let rankings = lens.joined()
    func encoded(_ values: [Float]) -> String { Base64.text(of: values.littleEndianBytes) }
    return Gallery.json(
      Values(
        names: characters.map(NanoGPTLesson.name), tokens: tokens, targets: targets, layers: layers,
        heads: heads, attention: encoded(Array(attention.joined().joined().joined())),
        listed: rankings.first?.likeliest.count ?? 0,
        likeliest: rankings.flatMap { $0.likeliest.map(\.token) },
        probabilities: encoded(rankings.flatMap { $0.likeliest.map { Float(exp($0.logProbability)) } }),
        came: encoded(rankings.map { Float(exp($0.target?.logProbability ?? 0)) })))
  }
}
