import ArgumentParser
import GPT2Communication
import GPT2Evaluation
import GPT2Generation
import GPT2ModelHub
import GPT2Platform
import GPT2Terminal
import GPT2TrainingCore

/// The command: one file a subcommand, which parses flags, calls the floors below, and prints.
struct GPT2Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gpt2",
    abstract: "GPT-2 on the CPU: train it, let it speak, and hold every number against a reference.",
    discussion: """
      From text to a model that speaks, in three commands:

        gpt2 tokenize book.txt --tokenizer tokenizer.bin --output data/book
        gpt2 train --model d6 --data data/book_train.bin \\
          --validation data/book_val.bin --tokenizer tokenizer.bin \\
          --output runs/book --steps 500
        gpt2 generate --model runs/book/model_00000500.bin \\
          --tokenizer tokenizer.bin --prompt 'Once upon'

      Data goes to standard output, everything else to standard error. The exit code is 0 when all went \
      well, 1 when a check failed, and 2 when a file or an option cannot be used. NO_COLOR is respected.

      Shell completions: gpt2 --generate-completion-script bash|zsh|fish
      """,
    version: Release.version,
    subcommands: [
      FinetuneCommand.self, TrainCommand.self, GenerateCommand.self, InspectCommand.self,
      TokenizeCommand.self, TokenizerCommand.self, ConvertCommand.self, EvaluateCommand.self,
      VerifyCommand.self, ReportCommand.self, ServeCommand.self, BenchCommand.self, FetchCommand.self,
    ])
}

@main
enum Main {
  static func main() {
    // What ended because its numbers did is no unusable input, nor is a file that did not come as it should.
    Exit.running(GPT2Command.self, after: checkJob) {
      $0 is TrainingError || $0 is EvaluationError || $0 is SamplingError
        || ($0 as? FetchError)?.isFailedCheck ?? false
    }
  }

  /// Several processes that know nothing of each other would do the same thing several times.
  private static func checkJob() {
    guard let size = Job()?.size, size > 1 else { return }
    let arguments = System.arguments.dropFirst()
    let command = arguments.first ?? ""
    let shared = [TrainCommand.configuration, EvaluateCommand.configuration].map(\.commandName)
    let isShared = shared.contains(command) || arguments.prefix(2) == ["bench", "cluster"]
    guard isShared else {
      refuse(
        "found \(size) processes, expected one: only train, evaluate and bench cluster work in several; start it "
          + "without mpirun")
    }
    guard Job.canCommunicate else {
      refuse(
        "found \(size) processes, but this program was built without MPI, expected one that was built with it; "
          + "make mpi builds .build-mpi/release/gpt2")
    }
  }

  private static func refuse(_ message: String) -> Never {
    Diagnostics.error("gpt2: \(message)")
    Exit.leave(Exit.unusableInput)
  }
}
