import Foundation
import Testing

/// Runs the built `gpt2`, or another program, as a user does.
struct Command {
  let exitCode: Int32
  let output: String
  let diagnostics: String

  /// The executable is built into the directory that the test runner is in.
  static let path = path(of: "gpt2")
  static let ladder = path(of: "ladder")

  /// The same of another of the project's programs.
  static func path(of program: String) -> String {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let runner = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return runner.deletingLastPathComponent().appendingPathComponent(program).path
  }

  /// - Parameters:
  ///   - environment: Variables to add to the test's own.
  ///   - input: What standard input holds; nothing if not given.
  init(_ arguments: String..., environment: [String: String] = [:], input: String? = nil) throws {
    try self.init(arguments, environment: environment, input: input)
  }

  init(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    executable: String = path
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes, which would fill up while nobody reads the other one.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let streams = ["output", "diagnostics"].map { folder.appendingPathComponent($0) }
    for stream in streams { try Data().write(to: stream) }
    process.standardInput = FileHandle.nullDevice
    if let input {
      let file = folder.appendingPathComponent("input")
      try Data(input.utf8).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
    }
    process.standardOutput = try FileHandle(forWritingTo: streams[0])
    process.standardError = try FileHandle(forWritingTo: streams[1])
    try process.run()
    process.waitUntilExit()
    // A crash shows as a signal, never as an exit code that a test expects.
    try #require(process.terminationReason == .exit, "the command was ended by a signal")
    exitCode = process.terminationStatus
    output = String(decoding: try Data(contentsOf: streams[0]), as: UTF8.self)
    diagnostics = String(decoding: try Data(contentsOf: streams[1]), as: UTF8.self)
  }
}

/// Expects exit code 2, nothing on standard output, and all these words on standard error.
func expectRefusal(
  _ result: Command, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.exitCode == 2, sourceLocation: sourceLocation)
  #expect(result.output.isEmpty, sourceLocation: sourceLocation)
  for word in words {
    #expect(result.diagnostics.contains(word), "\(result.diagnostics)", sourceLocation: sourceLocation)
  }
}
