import ArgumentParser
import GPT2BinaryFiles

/// Token ids as they are given on a command line: "3,14,15".
struct TokenList: ExpressibleByArgument {
  let ids: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    ids = parts.compactMap { Int($0.filter { $0 != " " }) }
    guard ids.count == parts.count, ids.allSatisfy({ $0 >= 0 }) else { return nil }
  }

  /// - Throws: `FileError` if an id is not below `vocabularySize`.
  func checked(below vocabularySize: Int) throws(FileError) -> [Int32] {
    if let position = ids.firstIndex(where: { $0 >= vocabularySize }) {
      throw FileError(
        "--prompt-tokens",
        .tokenOutOfRange(token: ids[position], position: position, vocabularySize: vocabularySize))
    }
    return ids.map(Int32.init)
  }
}
