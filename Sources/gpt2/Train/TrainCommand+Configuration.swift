import ArgumentParser
import GPT2Terminal

extension TrainCommand {
  /// The command with what its configuration file says, if it names one.
  ///
  /// - Parameter words: Those that it was parsed from.
  /// - Returns: The command, and all words that it stands for.
  /// - Throws: What is wrong with the file, or with both together.
  func configured(_ words: [String]) throws -> (command: TrainCommand, words: [String]) {
    guard let configurationFile else { return (self, words) }
    var kept = try ConfigurationFile(contentsOf: configurationFile).words
    // The directory of a run that goes on is where its result goes.
    if runDirectory != nil { kept.removeAll { $0.hasPrefix("--output=") } }
    // Of an option that is given twice the last value counts.
    let all = kept + Self.withoutConfiguration(words)
    Diagnostics.decision("\(configurationFile) stands for \(kept.joined(separator: " "))")
    do { return (try TrainCommand.parse(all), all) } catch {
      throw ValidationError("\(TrainCommand.message(for: error)) (--config \(configurationFile) was read.)")
    }
  }

  private static func withoutConfiguration(_ words: [String]) -> [String] {
    let option = "--config"
    var kept: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == option {
        rest = rest.dropFirst()
      } else if !word.hasPrefix(option + "=") {
        kept.append(word)
      }
    }
    return kept
  }
}
