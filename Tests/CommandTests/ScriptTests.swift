import Foundation
import TestSupport
import Testing

/// The scripts that fetch things, from file URLs, so that no network is needed.
@Suite struct ScriptTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aFileIsFetchedOnceAndWhole() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    let target = directory.file("new/target.txt")
    #expect(try fetch(target, "file://\(source)", "9") == 0)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "some text")
    // What is there is not fetched again, wherever it is said to be.
    #expect(try fetch(target, "file:///nowhere", "9") == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("new")) == ["target.txt"])
  }

  @Test func aFileOfAnotherSizeIsNotKept() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    #expect(try fetch(directory.file("target.txt"), "file://\(source)", "10") == 1)
    #expect(try directory.names() == ["source.txt"])
  }

  @Test func aFileThatIsThereWithAnotherSizeIsLeftAlone() throws {
    let target = try directory.write([1, 2, 3], to: "target.txt")
    #expect(try fetch(target, "file:///nowhere", "9") == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data([1, 2, 3]))
  }

  @Test func whatCannotBeFetchedFails() throws {
    #expect(try fetch(directory.file("target.txt"), "file://\(directory.file("missing"))", "") == 1)
    #expect(try directory.names() == [])
  }

  @Test func aTransferThatWasCutOffGoesOn() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    // Not what the source begins with, so that it shows what was kept.
    _ = try directory.write(Array("SOME".utf8), to: "target.txt.partial-fetch")
    #expect(try fetch(directory.file("target.txt"), "file://\(source)", "9") == 0)
    #expect(try String(contentsOfFile: directory.file("target.txt"), encoding: .utf8) == "SOME text")
  }

  @Test func aTransferThatCannotGoOnStartsOver() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    _ = try directory.write(Array("left behind by another source".utf8), to: "target.txt.partial-fetch")
    #expect(try fetch(directory.file("target.txt"), "file://\(source)", "9") == 0)
    #expect(try String(contentsOfFile: directory.file("target.txt"), encoding: .utf8) == "some text")
    #expect(try directory.names() == ["source.txt", "target.txt"])
  }

  @Test(arguments: [
    // curl's exit code and the server's answer: no ranges, none from there on, and any other refusal.
    (33, "200", 2), (22, "416", 2), (22, "404", 1), (28, "206", 1),
  ])
  func onlyARefusalToGoOnStartsOver(exitCode: Int, answer: String, transfers: Int) throws {
    try program(
      "bin/curl",
      """
      echo transfer >>'\(directory.file("transfers"))'
      printf %s \(answer)
      exit \(exitCode)
      """)
    _ = try directory.write([1], to: "target.txt.partial-fetch")
    let result = try shell(
      [
        TestFiles.project("scripts/fetch.sh"), directory.file("target.txt"), "https://localhost/nowhere", "9",
      ],
      environment: ["PATH": searchPath])
    #expect(result.exitCode == 1)
    let log = try String(contentsOfFile: directory.file("transfers"), encoding: .utf8)
    #expect(log.split(separator: "\n").count == transfers)
    // What may still be gone on with is kept.
    #expect(try directory.names().contains("target.txt.partial-fetch") == (transfers == 1))
  }

  @Test func withoutCurlNothingCanBeHad() throws {
    let result = try shell(
      [TestFiles.project("scripts/fetch.sh"), directory.file("target.txt"), "file:///nowhere"],
      environment: ["PATH": directory.path])
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("curl was not found"))
  }

  @Test(arguments: ["tinyshakespeare.txt", "gpt2_tokenizer.bin"], ["run.sh", "finetune.sh"])
  func aRunStopsAtAFileThatIsAnother(name: String, script: String) throws {
    try copyOfTheProject(at: "project")
    try FileManager.default.createDirectory(
      atPath: directory.file("project/data"), withIntermediateDirectories: true)
    _ = try directory.write([1, 2, 3], to: "project/data/\(name)")
    let result = try shell(
      [directory.file("project/scripts/\(script)"), directory.file("project/gpt2")], environment: nowhere)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("data/\(name) is there but is not the file"))
    #expect(try contents(of: "project/data/\(name)") == Data([1, 2, 3]))
    #expect(!FileManager.default.fileExists(atPath: directory.file("project/runs")))
    #expect(!FileManager.default.fileExists(atPath: directory.file("calls")))
  }

  /// The checksum is cksum's of char-rnn's file and llm.c's.
  @Test func aRunUnpacksWhatTheRepositoryBrings() throws {
    try copyOfTheProject(at: "project")
    let result = try shell(
      [directory.file("project/scripts/run.sh"), directory.file("project/gpt2")], environment: nowhere)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let calls = String(decoding: try contents(of: "calls"), as: UTF8.self)
    #expect(
      calls.split(separator: "\n").map { $0.prefix { $0 != " " } } == ["tokenize", "train", "generate"])
    let data = directory.file("project/data")
    let sums = try Command(
      ["-c", "cd '\(data)' && cat tinyshakespeare.txt gpt2_tokenizer.bin | cksum; ls -A"],
      executable: "/bin/sh")
    #expect(sums.output == "213924783 1487502\ngpt2_tokenizer.bin\ntinyshakespeare.txt\n")
  }

  @Test func withoutItsPackedFilesARunSaysHowToBringThemBack() throws {
    try copyOfTheProject(at: "project")
    try FileManager.default.removeItem(atPath: directory.file("project/scripts/data/tinyshakespeare.txt.gz"))
    let result = try shell(
      [directory.file("project/scripts/run.sh"), directory.file("project/gpt2")], environment: nowhere)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("git checkout scripts/data/tinyshakespeare.txt.gz"))
  }

  @Test func scriptsAreFoundAndFindTheirProgramFromAnywhere() throws {
    try copyOfTheProject(at: "project")
    // Where `cd project/scripts/..` would go if it obeyed CDPATH, and what it would find there.
    let decoy = directory.file("decoy/project/scripts")
    try FileManager.default.createDirectory(atPath: decoy, withIntermediateDirectories: true)
    let result = try shell(
      ["project/scripts/run.sh", "project/gpt2"], in: directory.path,
      environment: nowhere.merging(["CDPATH": directory.file("decoy")]) { $1 })
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("once more with: gpt2 generate --model runs/first-"))
    #expect(try contents(of: "calls").isEmpty == false)
    let runs = try FileManager.default.contentsOfDirectory(atPath: directory.file("project/runs"))
    #expect(runs.count == 1)
  }

  @Test func aRunTakesNoFolderThatIsThere() throws {
    try copyOfTheProject(at: "project")
    // A clock that stands still.
    try program("bin/date", "echo 20000101-000000")
    let environment = nowhere.merging(["PATH": searchPath]) { $1 }
    let run = [directory.file("project/scripts/run.sh"), directory.file("project/gpt2")]
    #expect(try shell(run, environment: environment).exitCode == 0)
    let calls = try contents(of: "calls")
    #expect(try shell(run, environment: environment).exitCode != 0)
    #expect(try contents(of: "calls") == calls)
  }

  @Test(arguments: [
    "scripts/run.sh", "scripts/finetune.sh", "dev/measure-step.sh", "dev/reference/verify-124M.sh",
  ])
  func scriptsWithoutTheirProgramTellTheirUsage(script: String) throws {
    let result = try shell([TestFiles.project(script)])
    #expect(result.exitCode == 2)
    let name = URL(fileURLWithPath: script).lastPathComponent
    #expect(result.diagnostics == "usage: \(name) GPT2\n")
  }

  @Test func whenNothingCanBeInstalledBothAttemptsAreTold() throws {
    for (name, body) in [
      ("swift", ""), ("uname", "echo Linux"), ("id", "echo 1000"), ("pkg-config", "exit 1"),
      // As sudo is set up nearly everywhere: the caller's variables do not get through.
      ("sudo", "unset DEBIAN_FRONTEND; exec \"$@\""),
      ("apt-get", "echo \"apt-get $1 refused, $DEBIAN_FRONTEND\"; exit 100"),
    ] {
      try program("bin/\(name)", body)
    }
    try FileManager.default.createDirectory(
      atPath: directory.file("temporary"), withIntermediateDirectories: true)
    let result = try shell(
      [TestFiles.project("scripts/setup.sh")],
      environment: ["PATH": searchPath, "TMPDIR": directory.file("temporary")])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("apt-get install refused, noninteractive"))
    #expect(result.diagnostics.contains("apt-get update refused, noninteractive"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("temporary")) == [])
  }

  /// Either library may be what is missing, or both.
  @Test(arguments: [
    ("[ $2 = openblas ]", "zlib", "zlib1g-dev pkg-config"),
    ("[ $2 = zlib ]", "OpenBLAS", "libopenblas-dev pkg-config"),
    ("false", "OpenBLAS and zlib", "libopenblas-dev zlib1g-dev pkg-config"),
  ])
  func setupNamesWhatIsMissing(answer: String, libraries: String, packages: String) throws {
    for (name, body) in [
      ("swift", ""), ("uname", "echo Linux"), ("id", "echo 0"), ("pkg-config", answer),
      ("apt-get", "echo \"apt-get $*\" >>'\(directory.file("calls"))'; exit 100"),
    ] {
      try program("bin/\(name)", body)
    }
    let result = try shell([TestFiles.project("scripts/setup.sh")], environment: ["PATH": searchPath])
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.hasPrefix("setup: \(libraries) was not found; installing \(packages) with apt-get\n")
    )
    let calls = String(decoding: try contents(of: "calls"), as: UTF8.self)
    #expect(calls == "apt-get install -y -q \(packages)\napt-get update -q\n")
  }

  @Test func fineTuningWithoutItsFilesNamesThemAndWhereTheyGo() throws {
    try copyOfTheProject(at: "")
    let result = try shell([directory.file("scripts/finetune.sh"), "gpt2"], environment: nowhere)
    #expect(result.exitCode == 2)
    for name in ["gpt2_124M", "gpt2_124M_debug_state"] {
      #expect(result.diagnostics.contains("data/\(name).bin"))
      #expect(result.diagnostics.contains("file:///nowhere/\(name).bin"))
    }
    #expect(try !directory.names().contains("runs"))
  }

  @Test func theReferenceScriptSaysThatPyTorchIsMissing() throws {
    // A copy, so that the repository's own data folder is not seen.
    let copy = URL(fileURLWithPath: directory.file("dev/reference/verify-124M.sh"))
    try FileManager.default.createDirectory(
      at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
    try copyFromProject("dev/reference/verify-124M.sh", to: copy.path)
    let result = try shell([copy.path, "gpt2"], environment: ["PYTHON": "false"])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("false has no torch"))
  }

  private func fetch(_ arguments: String...) throws -> Int32 {
    try shell([TestFiles.project("scripts/fetch.sh")] + arguments).exitCode
  }

  /// Where the scripts find nothing to fetch.
  private let nowhere = ["STARTER_PACK": "file:///nowhere"]

  /// The programs of `bin` here before the system's.
  private var searchPath: String {
    directory.file("bin") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
  }

  /// Copies as much of the project as the scripts need, so that the repository's own data folder is not seen,
  /// with a `gpt2` that does nothing but note its arguments in `calls` here and leave a model where one is
  /// trained.
  private func copyOfTheProject(at folder: String) throws {
    let root = URL(fileURLWithPath: directory.file(folder))
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try copyFromProject("scripts", to: root.appendingPathComponent("scripts").path)
    try program(
      "\(folder)/gpt2",
      """
      echo "$@" >>'\(directory.file("calls"))'
      [ "$1" = train ] || exit 0
      while [ "$1" != --output ]; do shift; done
      echo >"$2/model_00000001.bin"
      """)
  }

  /// Writes a shell script that can be run as `name`.
  private func program(_ name: String, _ body: String) throws {
    try directory.writeProgram("#!/bin/sh\n\(body)\n", to: name)
  }

  private func contents(of name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: directory.file(name)))
  }

  /// With cp, since Foundation's copy also wants to give away the copies to the originals' owner.
  private func copyFromProject(_ name: String, to path: String) throws {
    let process = try Process.run(
      URL(fileURLWithPath: "/bin/cp"), arguments: ["-R", TestFiles.project(name), path])
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func shell(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> (exitCode: Int32, output: String, diagnostics: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes, which would fill up while nobody reads the other one; in a folder of their own,
    // as tests look at what is in theirs.
    let streams = try TemporaryDirectory()
    let output = try streams.write([], to: "output")
    let diagnostics = try streams.write([], to: "diagnostics")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: diagnostics))
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8),
      try String(contentsOfFile: diagnostics, encoding: .utf8)
    )
  }
}
