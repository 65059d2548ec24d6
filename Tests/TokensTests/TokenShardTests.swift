import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// Shards of a fixed number of tokens, as llm.c's fineweb.py lays them out.
struct TokenShardTests {
  private let directory: TemporaryDirectory
  private var prefix: String { directory.file("web") }

  init() throws { directory = try TemporaryDirectory() }

  private func corpus(_ count: Int) throws -> Corpus {
    let text = (0..<count).map { 33 + UInt8($0 % 90) }
    return try Corpus(
      [.file(directory.write(text, to: "text"))], documents: .file, tokenizer: .byteLevel, blockSize: 64)
  }

  /// With end-of-text there is one token more than bytes.
  @Test(arguments: [(99, 10, 10), (100, 10, 11), (109, 10, 11), (10, 10, 2), (500, 100, 6), (9, 2, 5)])
  func theTokensFillOneShardAfterTheOther(bytes: Int, size: Int, shards: Int) throws {
    let summary = try corpus(bytes).write(to: prefix, layout: .shards(tokens: size), replacing: false)
    let training = (1..<shards).map { "web_train_\(String(1_000_000 + $0).dropFirst()).bin" }
    let names = ["web_val_000000.bin"] + training
    #expect(summary?.files.files.map(\.path) == names.map(directory.file))
    #expect(summary?.files.strayShards == [])
    #expect(try directory.names() == (names + ["text"]).sorted())
    var tokens: [Int32] = []
    for (index, name) in names.enumerated() {
      let file = try TokenFile(contentsOf: directory.file(name))
      #expect(file.count == summary?.files.files[index].tokens)
      #expect(index == shards - 1 ? file.count <= size : file.count == size)
      tokens += file.load(0..<file.count)
    }
    let letters = (0..<bytes).map { 33 + Int32($0 % 90) }
    #expect(tokens == [256] + letters)
  }

  @Test func withoutTrainingThereAreNoShards() throws {
    let found = expectFileError(directory.file("text")) {
      _ = try corpus(9).write(to: prefix, layout: .shards(tokens: 10), replacing: false)
    }
    guard case .mismatch("10 tokens", "more than the 10 of the first shard", _) = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(try directory.names() == ["text"])
  }

  /// Any shard is in the way: the new ones would be mixed with it.
  @Test(arguments: ["web_val_000000.bin", "web_train_000001.bin", "web_train_000007.bin"])
  func nothingIsReplacedUnlessAsked(name: String) throws {
    let path = try directory.write([7], to: name)
    let layout = TokenLayout.shards(tokens: 10)
    expectFileError(path) { try layout.checkOutputs(prefix: prefix, replacing: false) }
    let found = expectFileError(path) {
      _ = try corpus(25).write(to: prefix, layout: layout, replacing: false)
    }
    #expect(found == .alreadyExists)
    #expect(try directory.names() == ["text", name].sorted())

    let summary = try corpus(25).write(to: prefix, layout: layout, replacing: true)
    #expect(summary?.files.files.count == 3)
    #expect(summary?.files.strayShards == (name == "web_train_000007.bin" ? [path] : []))
  }

  @Test func namesOfOtherThingsAreNotInTheWay() throws {
    for name in ["web_train.bin", "web_train_1.bin", "web2_train_000001.bin", "web_train_000001.txt"] {
      _ = try directory.write([7], to: name)
    }
    try TokenLayout.shards(tokens: 10).checkOutputs(prefix: prefix, replacing: false)
    _ = try directory.write([7], to: "[w]*_train_000004.bin")
    let odd = directory.file("[w]*")
    expectFileError(odd + "_train_000004.bin") {
      try TokenLayout.shards(tokens: 10).checkOutputs(prefix: odd, replacing: false)
    }
    try TokenLayout.shards(tokens: 10).checkOutputs(prefix: directory.file("?eb"), replacing: false)
  }

  /// A block of text may fill many files: it is looked before each.
  @Test func anInterruptionIsNoticedBetweenShards() throws {
    let text = [UInt8](repeating: 65, count: 2000)
    let corpus = try Corpus(
      [.file(directory.write(text, to: "text"))], documents: .file, tokenizer: .byteLevel)
    var most = 0
    let summary = try corpus.write(
      to: prefix, layout: .shards(tokens: 2), replacing: false,
      isInterrupted: {
        most = max(most, (try? directory.names().count) ?? 0)
        return most > 5
      })
    #expect(summary == nil)
    #expect(most == 6)
    #expect(try directory.names() == ["text"])
  }

  @Test func anInterruptionLeavesNoShards() throws {
    var blocks = 0
    let summary = try corpus(1000).write(
      to: prefix, layout: .shards(tokens: 10), replacing: false, isInterrupted: { blocks == 5 },
      observing: { _ in blocks += 1 })
    #expect(summary == nil)
    #expect(try directory.names() == ["text"])
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full is played by limits on files; in a process of its own, since they hold for all of it.
    @Test func aFullDiskLeavesNoShards() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let text = try directory.write([UInt8](repeating: 97, count: 9000), to: "text")
        let corpus = try Corpus([.file(text)], tokenizer: .byteLevel)
        // What is wrong with the third file shows when two are whole.
        let blocked = directory.file("web_train_000002.bin")
        try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: false)
        let found = expectFileError(blocked) {
          _ = try corpus.write(
            to: directory.file("web"), layout: .shards(tokens: 1000), replacing: true)
        }
        #expect(found == .isDirectory)
        #expect(try directory.names() == ["text", "web_train_000002.bin"])

        try FileManager.default.removeItem(atPath: blocked)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 3000, rlim_max: 3000)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let full = expectFileError(directory.file("web_val_000000.bin")) {
          _ = try corpus.write(
            to: directory.file("web"), layout: .shards(tokens: 1000), replacing: false)
        }
        #expect(full == .system(operation: "writing it", code: EFBIG))
        #expect(try directory.names() == ["text"])
        // More shards than may be open at once.
        var files = rlimit(rlim_cur: 64, rlim_max: 64)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0)
        let summary = try corpus.write(
          to: directory.file("web"), layout: .shards(tokens: 50), replacing: false)
        #expect(summary?.files.files.count == 181)
      }
    }
  #endif
}
