import ArgumentParser
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Terminal
import GPT2TextFormatting
import GPT2TrainingCore

/// What `train --config` reads: options of `train` and their values in JSON, of which those on the command line win.
///
///     {"model": "d6", "data": "data/book_train.bin", "steps": 500, "learning-rate": 1e-4, "keep-best": true}
///
/// The record that every run keeps of itself, plan.json, is one too, and so is the run's directory, which has it. Relative
/// paths begin at the working directory, as on the command line; those of a run's record where that run was begun.
struct ConfigurationFile {
  /// Of `train`'s command line, to stand before those that were typed.
  let words: [String]

  /// - Parameter path: The file, or a run's directory.
  /// - Throws: `FileError` if it cannot be read, or is no JSON object; `ConfigurationFileError` for a key or a value of it.
  init(contentsOf path: String) throws {
    let path = Folder.exists(path) ? Folder.withoutSlash(path) + "/" + RunPlan.name : path
    let object = try JSONParser.object(contentsOf: path)
    if object["options"]?.object != nil {
      words = try Self.words(of: try RunPlan(contentsOf: path), at: path)
    } else {
      words = try Self.words(of: object, at: path)
    }
    try Self.check(words, of: path)
  }

  private static func words(of object: JSONObject, at path: String) throws(ConfigurationFileError) -> [String]
  {
    var seen: Set<String> = []
    var words: [String] = []
    for member in object.members {
      let planned = try option(member.key, of: path)
      guard seen.insert(planned.name).inserted else { throw .twice(path, key: member.key) }
      guard let value = planned.kind.text(of: member.value) else {
        throw .value(path, key: member.key, found: member.value.summary, planned.kind)
      }
      words += planned.words(for: value)
    }
    return words
  }

  /// - Throws: `ConfigurationFileError`.
  private static func words(of plan: RunPlan, at path: String) throws(ConfigurationFileError) -> [String] {
    var options = plan.options
    // A run has copies of what it was told to use, which stay when the files go.
    let directory = RunDirectory(Folder.containing(path), use: .resuming)
    var own: [String: String] = [:]
    own["--tokenizer"] = directory.tokenizer
    own["--template"] = directory.template
    options.merge(own) { $1 }
    // In the order of their names: the same file gives the same errors.
    var words: [String] = []
    for (key, value) in options.sorted(by: { $0.key < $1.key }) {
      let planned = try option(key, of: path)
      guard planned.kind.takes(value) else {
        throw .value(path, key: key, found: "'\(value)'", planned.kind)
      }
      let isTheirs = planned.option?.isPath ?? false && own[key] == nil
      words += planned.words(for: isTheirs ? plan.located(value) : value)
    }
    return words
  }

  /// The option of a key: its name, with or without the dashes before it, "_" as good as "-".
  private static func option(_ key: String, of path: String) throws(ConfigurationFileError) -> PlannedOption {
    let word = String(key.drop { $0 == "-" }.map { $0 == "_" ? "-" : $0 })
    func bare(_ planned: PlannedOption) -> String { String(planned.name.drop { $0 == "-" }) }
    guard let planned = PlannedOption.all.first(where: { bare($0) == word }) else {
      let known = PlannedOption.all.filter(\.isOfFiles).map(bare)
      throw .key(path, key: key, near: NearMiss.question(for: word, among: known.filter { $0.count > 2 }))
    }
    guard planned.isOfFiles else { throw .ofCall(path, key: key, option: planned.name) }
    return planned
  }

  /// What one value alone is refused for, such as a batch of no sequences, is the file's fault; what several together
  /// are, may be the command line's.
  private static func check(_ words: [String], of path: String) throws(ConfigurationFileError) {
    // Who goes on with a run need not say the rest.
    do { _ = try TrainCommand.parse(words + ["--output=run", "--resume"]) } catch {
      throw .refused(path, TrainCommand.message(for: error))
    }
  }
}

/// What is wrong with a configuration file that is a JSON object.
enum ConfigurationFileError: Error, CustomStringConvertible {
  case key(_ path: String, key: String, near: String)
  case ofCall(_ path: String, key: String, option: String)
  case twice(_ path: String, key: String)
  case value(_ path: String, key: String, found: String, OptionKind)
  case refused(_ path: String, String)

  var description: String {
    switch self {
    case .key(let path, let key, let near):
      "\(path): found the key '\(key)', expected options of gpt2 train."
        + (near.isEmpty ? " gpt2 help train lists them." : near)
    case .ofCall(let path, let key, let option):
      "\(path): found the key '\(key)', which each call says anew; give \(option) on the command line"
    case .twice(let path, let key): "\(path): found the key '\(key)' twice, expected it once; remove one"
    case .value(let path, let key, let found, let kind):
      "\(path): \(key): found \(found), expected \(kind.words); correct it"
    case .refused(let path, let words): "\(path): \(words)"
    }
  }
}
