import GPT2BinaryFiles
import GPT2Evaluation
import GPT2Generation
import GPT2ModelFiles
import GPT2Tokens

@testable import GPT2ModelHub

extension Reader {
  /// JSON, and texts of all kinds.
  static var text: [Reader] {
    [
      Reader("json") { input in
        let value = try JSONParser.parse(input.bytes, path: "input")
        // What is written again is the same value.
        let written = JSONText.text(of: value)
        guard let again = try? JSONParser.parse(written, path: "input"), again == value else {
          preconditionFailure("JSON is not the same when it is written and read again")
        }
      },
      Reader("instructions") { input in
        let file = try InstructionFile(contentsOf: input.file())
        let encoder = try InstructionEncoder(file.usualTemplate, .byteLevel)
        for record in file.records.prefix(20) { _ = encoder.example(of: record.messages) }
      },
      Reader("template") { _ = try InstructionTemplate(contentsOf: $0.file()) },
      Reader("last-words") { input in
        _ = try LastWordFile(contentsOf: input.file(), tokenizer: .byteLevel, longest: 64)
      },
      Reader("inspection-request") { _ = try InspectionRequest(json: $0.bytes) },
      Reader("byte-pairs") { input in
        // Encoded and decoded, with merges and without, it is the same.
        for tokenizer in [small, Tokenizer.byteLevel].compactMap({ $0 }) {
          guard let ids = try? tokenizer.encode(input.array) else { continue }
          precondition(tokenizer.decode(ids) == input.array, "other bytes after encoding and decoding")
        }
      },
      Reader("text") { input in
        // Read again, what was read is the same.
        let (text, _) = try TextReading.text.decode(input.array, of: "input")
        guard let (again, _) = try? TextReading.text.decode(text, of: "input") else { return }
        precondition(
          again == text || text.starts(with: [0xEF, 0xBB, 0xBF]), "another text at the second reading")
      },
      Reader("corpus") { input in
        let path = input.file("input.jsonl")
        for documents in [DocumentSeparation.blankLine, .line, .jsonLines(field: "text")] {
          let corpus = try? Corpus([.file(path)], documents: documents, tokenizer: .byteLevel)
          _ = try? corpus?.write(to: input.folder + "corpus", replacing: true)
        }
      },
      Reader("server-statement") { input in
        _ = ServerStatement(heads: String(decoding: input.bytes, as: UTF8.self), tagsAreChecksums: true)
      },
    ]
  }

  /// With merges, if the repository is where the program runs.
  private static let small = try? Tokenizer.read("Tests/Fixtures/tokenizer/small.bin")
}
