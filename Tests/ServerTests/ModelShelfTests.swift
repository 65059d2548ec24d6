import GPT2Generation
import GPT2Kernels
import Synchronization
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Server

/// Models that are served while newer ones come.
@Suite struct ModelShelfTests {
  /// A run, as far as a shelf knows: which checkpoint is its newest, and whether that can be read.
  private final class Run: Sendable {
    struct Broken: Error {}
    let newest = Mutex(1)
    let isBroken = Mutex(false)
    let loads = Mutex(0)

    func load() throws -> [ServedModel] {
      if isBroken.withLock({ $0 }) { throw Broken() }
      loads.withLock { $0 += 1 }
      let model = try LanguageModel(Weights(Fixture.parameters()), on: Workers(count: 1))
      return [ServedModel("run", BatchScheduler(model, .byteLevel))]
    }

    func shelf() throws -> ModelShelf {
      try ModelShelf(version: { ["\(self.newest.withLock { $0 })"] }) { try self.load() }
    }
  }

  @Test func aNewerCheckpointIsServedOnce() async throws {
    let run = Run()
    let shelf = try run.shelf()
    let first = try shelf.model(nil)
    #expect(try await !shelf.reloadIfNewer())
    run.newest.withLock { $0 = 2 }
    #expect(try await shelf.reloadIfNewer())
    #expect(try shelf.model("run") !== first && run.loads.withLock { $0 } == 2)
    #expect(try await !shelf.reloadIfNewer())
    // The older one takes no more.
    #expect(throws: SchedulerError.closing) { try first.scheduler.submit(TextRequest(prompt: [1])) }
  }

  /// What has begun ends with the model that it began with.
  @Test func textsGoOn() async throws {
    let run = Run()
    let shelf = try run.shelf()
    let text = try shelf.model(nil).scheduler.submit(
      TextRequest(prompt: [1], options: GenerationOptions(maximumTokens: 100, stopsAtEndOfText: false)))
    run.newest.withLock { $0 = 2 }
    async let isNewer = shelf.reloadIfNewer()
    var count = 0
    for try await _ in text { count += 1 }
    #expect(try await isNewer && count == 100)
  }

  @Test func aCheckpointThatCannotBeReadIsTriedAgain() async throws {
    let run = Run()
    let shelf = try run.shelf()
    let first = try shelf.model(nil)
    run.newest.withLock { $0 = 2 }
    run.isBroken.withLock { $0 = true }
    await #expect(throws: Run.Broken.self) { try await shelf.reloadIfNewer() }
    #expect(try shelf.model(nil) === first)
    run.isBroken.withLock { $0 = false }
    #expect(try await shelf.reloadIfNewer())
  }
}
