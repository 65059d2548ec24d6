import GPT2Charts

// What the page's script, bpe.js, computes with.
extension BytePairLesson {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary bpe.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.bpe_js, as: UTF8.self),
      sha256: "Dd1ylO2Vnij+P1wKSSdXc1mgLY8eJalC+dQKwZtpgR8=")
  }

  private struct Values: Encodable {
    let text: String
    /// The two tokens of each merge.
    let whole: [[Int]]
    let pieces: [[Int]]
  }

  var scriptValues: String {
    func pairs(_ training: BytePairTraining) -> [[Int]] { training.merges.map { [$0.left, $0.right] } }
    return Gallery.json(
      Values(text: String(decoding: passage, as: UTF8.self), whole: pairs(whole), pieces: pairs(pieces)))
  }
}
