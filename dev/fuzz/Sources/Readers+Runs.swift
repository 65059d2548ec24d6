import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Platform
import GPT2Reports
import GPT2Transformer

@testable import GPT2TrainingCore

extension Reader {
  /// What training leaves, and its reports.
  static var runs: [Reader] {
    [
      Reader("training-state") { input in
        let path = input.file()
        for method in Optimizer.Method.allCases {
          let optimizer = try Optimizer(try tiny(), settings: Optimizer.Settings(method: method))
          _ = try? TrainingStateFile.read(path, into: optimizer)
          _ = try? TrainingStateFile.read(path, others: { _ in path }, into: optimizer)
        }
        _ = try TrainingStateFile.replicas(of: path)
      },
      Reader("outer-state") { input in
        try OuterStateFile.read(
          input.file(), step: 2, into: try Parameters(zeroed: try tiny()), on: Workers(count: 1))
      },
      Reader("plan") { _ = try RunPlan(contentsOf: $0.file()) },
      Reader("progress") { _ = try TrainingProgress(contentsOf: $0.file(), step: 4) },
      Reader("metrics") { _ = try RunHistory(metrics: $0.file()).csv },
      Reader("main-log") { _ = try RunHistory(mainLog: $0.file()).csv },
      // Apart, as a page takes much longer than the reading.
      Reader("report") { input in
        let path = input.file()
        try? report(RunHistory(metrics: path))
        try report(RunHistory(mainLog: path))
      },
      Reader("losses") { _ = try LossFile.read($0.file(), count: 10) },
      Reader("run-names") { input in
        // A folder of empty files of these names, one a line.
        let folder = input.folder + "run"
        mkdir(folder, 0o700)
        let names = String(decoding: input.bytes, as: UTF8.self).split(separator: "\n").prefix(8)
          .map { folder + "/" + $0.prefix(200) }.filter { !$0.dropFirst(folder.count + 1).contains("/") }
        for name in names { close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)) }
        defer { for name in names { unlink(name) } }
        _ = try? RunFiles(directory: folder)
        _ = try? RunModel(directory: folder)
        _ = try? ResumePoint(RunDirectory(folder, use: .resuming))
        _ = try? RunDirectory(folder).check()
      },
    ]
  }

  private static func report(_ history: RunHistory) throws {
    let files = try RunFiles(directory: "/proc/self/fdinfo")
    _ = RunReport(history, files: files, name: "run", origin: "here").html
  }
}
