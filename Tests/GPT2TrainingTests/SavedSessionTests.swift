import GPT2BinaryFiles
import Foundation
import GPT2Training
import Synchronization
import TestSupport
import Testing
import GPT2Tokens

/// Sessions with a directory.
@Suite struct SavedSessionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func session(
    _ name: String, use: RunDirectory.Use = .new, text: String = Story.text, steps: Int = 30,
    validates: Bool = true, checkpoints: CheckpointPolicy = CheckpointPolicy(),
    _ change: (inout TrainingPlan) throws -> Void = { _ in }
  ) throws -> TrainingSession {
    let data = try DataLoader(text: text, batchSize: 2, sequenceLength: 16)
    var plan = TrainingPlan(for: data, steps: steps, learningRate: 1e-2, warmUpSteps: 3)
    (plan.validationInterval, plan.sampleInterval) = (validates ? 10 : nil, nil)
    try change(&plan)
    return try TrainingSession(
      Story.model(), on: data, validation: data, plan: plan,
      directory: RunDirectory(directory.file(name), use: use), checkpoints: checkpoints, threads: 2)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: directory.file(name)))
  }

  private func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.file(name)).sorted()
  }

  private func expectSameCheckpoint(_ step: Int, _ one: String, _ other: String) throws {
    let digits = String(repeating: "0", count: 8 - "\(step)".count) + "\(step)"
    for name in ["model_\(digits).bin", "state_\(digits)_00000.bin", "progress_\(digits).json"] {
      let found = try bytes("\(one)/\(name)")
      #expect(try found == bytes("\(other)/\(name)"), "\(name)")
    }
  }

  /// The events until then still come, the checkpoint among them; the run goes on to the same bits as if nothing had
  /// happened.
  @Test func cancelledItSavesAndGoesOnToTheSameBits() async throws {
    // Many more than a reader who comes late can be behind.
    let steps = 200
    func run(_ name: String, use: RunDirectory.Use = .new) throws -> TrainingSession {
      try session(name, use: use, steps: steps) { $0.validationInterval = 100 }
    }
    try await run("straight").train()
    let events = Mutex<[TrainingEvent]>([])
    let cut = try run("cut")
    let task = Task {
      try await cut.train { event in
        events.withLock { $0.append(event) }
        if case .step(let report) = event, report.step == 7 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    _ = try await cut.gpt2()
    let saved = try #require(
      try RunDirectory(directory.file("cut"), use: .resuming).checkpoints().last)
    #expect(7..<steps ~= saved)
    let last = events.withLock { $0.last }
    guard case .checkpoint(saved, _, .end)? = last else {
      Issue.record("\(String(describing: last))")
      return
    }

    var first: Int?
    let rest = try run("cut", use: .resuming)
    try await rest.train { event in
      if case .step(let report) = event, first == nil { first = report.step }
    }
    #expect(first == saved + 1)
    try expectSameCheckpoint(steps, "cut", "straight")
  }

  @Test func theCheckpointOfAStopIsTold() async throws {
    let session = try session("run", steps: 1_000_000, validates: false)
    var last: TrainingEvent?
    var isStopped = false
    for try await event in session.events {
      if !isStopped { session.stop() }
      (isStopped, last) = (true, event)
    }
    guard case .checkpoint(let step, let path, .end)? = last else {
      Issue.record("\(String(describing: last))")
      return
    }
    #expect(step >= 1 && FileManager.default.fileExists(atPath: path))
    // Whoever looks at the run sees why it ended, and a library's model opens it.
    #expect(String(decoding: try bytes("run/metrics.jsonl"), as: UTF8.self).contains("\"interrupted\""))
    let gpt2 = try GPT2(contentsOf: directory.file("run"))
    #expect(gpt2.tokenizer.vocabularySize == 257)
  }

  /// Whoever catches what a reader has thrown finds the run saved, and free to go on.
  @Test func anErrorOfTheReaderIsThrownOnceAllIsSaved() async throws {
    struct Enough: Error {}
    let failing = try session("run", steps: 1_000_000, validates: false)
    await #expect(throws: Enough.self) {
      try await failing.train { event in
        if case .step(let report) = event, report.step == 3 { throw Enough() }
      }
    }
    let saved = try #require(try RunDirectory(directory.file("run"), use: .resuming).checkpoints().last)
    try await session("run", use: .resuming, steps: saved + 1, validates: false).train()
  }

  /// The second finds at its beginning what was not there when it was made.
  @Test func twoSessionsForOneNewDirectory() async throws {
    let (first, second) = (try session("run", steps: 2), try session("run", steps: 3))
    try await first.train()
    let log = try bytes("run/metrics.jsonl")
    await #expect {
      try await second.train()
    } throws: { error in
      "\(error)".contains("a run's model already there")
    }
    #expect(try bytes("run/metrics.jsonl") == log)
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full when all but the run's end is written, played by a limit on the size of files.
    @Test(.timeLimit(.minutes(5))) func anEndThatTheLogDoesNotTakeIsTold() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        signal(SIGXFSZ, SIG_IGN)
        let data = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16)
        // The first event is read and 32 wait; with one of the checkpoint at hand the thread waits before the run's end.
        var plan = TrainingPlan(for: data, steps: 33)
        (plan.validationInterval, plan.sampleInterval) = (nil, nil)
        let session = try TrainingSession(
          Story.model(), on: data, plan: plan, directory: RunDirectory(directory.file("run")),
          checkpoints: CheckpointPolicy(), threads: 1)
        var events = session.events.makeAsyncIterator()
        _ = try await events.next()
        let metrics = directory.file("run/metrics.jsonl")
        while try !String(contentsOfFile: metrics, encoding: .utf8).contains(#""checkpoint""#) {
          try await Task.sleep(for: .milliseconds(5))
        }
        var limit = rlimit(rlim_cur: 10, rlim_max: .max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        var last: TrainingEvent?
        do {
          while let event = try await events.next() { last = event }
          Issue.record("it ended as if all had been written")
        } catch let error as FileError {
          #expect(error == FileError(metrics, .system(operation: "writing to it", code: EFBIG)))
        }
        guard case .problem? = last else {
          Issue.record("\(String(describing: last))")
          return
        }
      }
    }
  #endif

  @Test func checkpointsComeAsThePolicySays() async throws {
    var steps: [Int] = []
    let policy = CheckpointPolicy(interval: 10, kept: 1, keepsBest: true)
    try await session("run", checkpoints: policy).train { event in
      if case .checkpoint(let step, _, .regular) = event { steps.append(step) }
    }
    #expect(steps == [10, 20, 30])
    let models = try names(in: "run").filter { $0.hasPrefix("model_") || $0.hasPrefix("best_") }
    #expect(models == ["best_00000030.bin", "model_00000030.bin"])
  }

  /// A new model below adapters is in no other file.
  @Test func adaptersOfANewModelGoOnAndOpen() async throws {
    func lora(_ name: String, use: RunDirectory.Use = .new, steps: Int) throws -> TrainingSession {
      try session(name, use: use, steps: steps) { plan in
        try plan.trainAdapters(rank: 2, of: Story.model())
        plan.learningRate = LearningRateSchedule(peak: 1e-2, steps: 12)
      }
    }
    try await lora("straight", steps: 12).train()
    try await lora("parts", steps: 5).train()
    try await lora("parts", use: .resuming, steps: 12).train()
    #expect(try bytes("parts/adapters_00000012.bin") == bytes("straight/adapters_00000012.bin"))
    let gpt2 = try GPT2(contentsOf: directory.file("parts"))
    _ = try await gpt2.generate("To", GenerationOptions(maximumTokens: 2)).text()
  }

  @Test func withOtherDataItGoesOnAndTheyBeginAnew() async throws {
    try await session("run", steps: 5).train()
    let other = try session("run", use: .resuming, text: Story.text + Story.text, steps: 8)
    var steps: [Int] = []
    try await other.train { event in
      if case .step(let report) = event { steps.append(report.step) }
    }
    #expect(steps == [6, 7, 8])
    #expect(
      String(decoding: try bytes("run/metrics.jsonl"), as: UTF8.self).contains(#""event":"change""#))
  }

  @Test func aRunThatIsThereIsNotReplacedUnasked() async throws {
    try await session("run", steps: 2).train()
    #expect(throws: FileError.self) { try session("run", steps: 2) }
    try await session("run", use: .replacing, steps: 3).train()
    #expect(try names(in: "run").filter { $0.hasPrefix("model_") } == ["model_00000003.bin"])
  }

  @Test func anotherSeedOrModelCannotGoOn() async throws {
    try await session("run", steps: 2).train()
    let seed = try session("run", use: .resuming, steps: 4) { $0.seed = 7 }
    await #expect(
      throws: TrainingSessionError.otherRun(
        directory: directory.file("run"), field: "seed", found: "7", expected: "42")
    ) { try await seed.train() }
    let muon = try session("run", use: .resuming, steps: 4) { $0.optimizer.method = .muon }
    await #expect {
      try await muon.train()
    } throws: { error in
      "\(error)".contains("found optimizer = muon, expected adamw")
    }
  }

  /// Whose plan says more than a session could keep.
  @Test func aRunOfTheCommandIsLeftAlone() async throws {
    let run = directory.file("run")
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    try Data(#"{"version":1,"options":{"--model":"d1"},"directory":"/","dataBeginAfter":0}"#.utf8)
      .write(to: URL(fileURLWithPath: run + "/plan.json"))
    let session = try session("run", use: .resuming)
    await #expect {
      try await session.train()
    } throws: { error in
      "\(error)".contains("found a run of another program") && (error as? FileError)?.path == run
    }
  }

  @Test func twoSessionsInOneDirectory() async throws {
    let first = try session("run", use: .resuming, steps: 1_000_000, validates: false)
    var events = first.events.makeAsyncIterator()
    _ = try await events.next()
    let second = try session("run", use: .resuming)
    await #expect {
      try await second.train()
    } throws: { error in
      "\(error)".contains("a run in it that is going on")
    }
    first.stop()
    while try await events.next() != nil {}
  }
}
