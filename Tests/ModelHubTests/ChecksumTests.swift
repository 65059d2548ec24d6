import Foundation
import TestSupport
import Testing

@testable import GPT2ModelHub

/// Against the examples that NIST publishes for FIPS 180-4, and values that sha256sum, sha1sum and git gave.
@Suite struct ChecksumTests {
  private func sha256(_ text: String) -> String {
    var digest = Digest<SHA256>()
    digest.update(text)
    return digest.finish()
  }

  private func sha1(_ text: String) -> String {
    var digest = Digest<SHA1>()
    digest.update(text)
    return digest.finish()
  }

  private static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
  private static let longer =
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
    + "nopqrstu"

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (twoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    (longer, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
  ])
  func sha256IsThatOfNIST(text: String, expected: String) { #expect(sha256(text) == expected) }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (twoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    (longer, "a49b2446a02c645bf419f995b67091253a04a259"),
  ])
  func sha1IsThatOfNIST(text: String, expected: String) { #expect(sha1(text) == expected) }

  @Test func aMillionLetters() {
    let part = String(repeating: "a", count: 1000)
    var (long, short) = (Digest<SHA256>(), Digest<SHA1>())
    for _ in 0..<1000 {
      long.update(part)
      short.update(part)
    }
    #expect(long.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(short.finish() == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
  }

  /// Around the ends of blocks and of what fits into the last one; the values are sha256sum's of so many letters a.
  @Test(arguments: [
    (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
    (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    (65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
  ])
  func endsOfBlocks(count: Int, expected: String) {
    let text = String(repeating: "a", count: count)
    #expect(sha256(text) == expected)
    // However the bytes come.
    for cut in 0...count {
      var digest = Digest<SHA256>()
      digest.update(String(text.prefix(cut)))
      digest.update(String(text.dropFirst(cut)))
      #expect(digest.finish() == expected)
    }
  }

  @Test func filesHaveTheNumbersOfGitAndSHA256Sum() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("hello\n".utf8), to: "hello")
    // git hash-object, and sha256sum.
    let git = try #require(Checksum("ce013625030ba8dba906f756967f9e9ca394464a"))
    let plain = try #require(Checksum("5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03"))
    #expect(try git.found(in: path) == git)
    #expect(try plain.found(in: path) == plain)
    #expect(try plain.found(in: path) { _ in false } == nil)
    let missing = directory.file("none")
    expectFileError(missing) { _ = try plain.found(in: missing) }
  }

  @Test(arguments: [
    "", "abc", "g013625030ba8dba906f756967f9e9ca394464a0", "ce013625030ba8dba906f756967f9e9ca394464",
  ])
  func otherDigitsAreNoChecksum(digits: String) { #expect(Checksum(digits) == nil) }
}
