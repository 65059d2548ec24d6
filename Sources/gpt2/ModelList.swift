import GPT2ModelHub
import GPT2Terminal

/// The models that are known by name, and where they are.
struct ModelList {
  private struct Row: Encodable {
    let name: String
    let parameters: String
    let bytes: Int
    /// "complete", "partial", "missing", "other" for a folder that is not the model, or "cached" by Hugging Face's programs.
    let state: String
    let path: String?
    /// What there is of a part.
    let bytesThere: Int?
  }

  private let rows: [Row]

  init() {
    let store = ModelStore()
    let cache = HuggingFaceCache()
    rows = ModelCatalogue.models.map { model in
      let folder = store?.folder(of: model)
      var (state, path, there) = ("missing", String?.none, Int?.none)
      switch folder?.state {
      case .complete: (state, path) = ("complete", folder?.path)
      case .other: (state, path) = ("other", folder?.path)
      case .partial(let bytes): (state, path, there) = ("partial", folder?.partialPath, bytes)
      case .missing, nil: break
      }
      if state == "missing" || state == "partial", let cached = cache?.folder(of: model) {
        (state, path, there) = ("cached", cached, nil)
      }
      return Row(
        name: model.name, parameters: model.parameters, bytes: model.expectedSize, state: state, path: path,
        bytesThere: there)
    }
  }

  func print(asJSON: Bool) throws {
    if asJSON {
      for row in rows { try JSON.print(row) }
      return
    }
    try Output.write("name         weights  size      where\n")
    for row in rows {
      let columns = [
        Self.padded(row.name, 13), Self.padded(row.parameters, 9), Self.padded(Numbers.bytes(row.bytes), 10),
      ]
      try Output.write(columns.joined() + Self.place(of: row) + "\n", namingPaths: true)
    }
  }

  private static func place(of row: Row) -> String {
    let path = row.path ?? ""
    return switch row.state {
    case "complete": path
    case "cached": "\(path), in Hugging Face's cache"
    case "partial": "\(Numbers.bytes(row.bytesThere ?? 0)) of it; gpt2 fetch \(row.name) goes on"
    case "other": "\(path) is not the whole model"
    default: "-"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
