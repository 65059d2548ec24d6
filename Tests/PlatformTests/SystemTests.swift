import Foundation
import GPT2Platform
import Testing

@Suite struct SystemTests {
  @Test func theTimeIsThatOfFoundation() {
    let before = Date.now.ISO8601Format()
    let now = System.timestamp
    let after = Date.now.ISO8601Format()
    // Of one length and from the largest unit to the smallest: so the order of texts is that of times.
    #expect(before <= now && now <= after)
    #expect(now.count == "2026-01-31T23:59:59Z".count)
  }

  @Test func errorsHaveTheSystemsWords() { #expect(System.errorText(ENOENT) == "No such file or directory") }

  @Test func theEnvironmentIsThatOfTheProcess() {
    #expect(System.environment("PATH") == ProcessInfo.processInfo.environment["PATH"])
    #expect(System.environment("A variable that nobody has set") == nil)
  }

  @Test func signalsAreKnownToBeIgnored() {
    // The last real-time or job-control signal that nothing in a test uses.
    let previous = signal(SIGURG, SIG_DFL)
    defer { signal(SIGURG, previous) }
    #expect(!System.ignores(SIGURG))
    signal(SIGURG, SIG_IGN)
    #expect(System.ignores(SIGURG))
  }

  @Test func peakMemoryGrowsWithWhatIsTouched() throws {
    let before = System.peakMemory
    #expect(before > 1 << 20)
    let byteCount = before + (64 << 20)
    let pages = try #require(Pages.allocate(byteCount))
    defer { Pages.free(pages, byteCount) }
    #expect(
      stride(from: 0, to: byteCount, by: 4096).allSatisfy {
        pages.load(fromByteOffset: $0, as: UInt8.self) == 0
      })
    memset(pages, 1, byteCount)
    #expect(System.peakMemory >= byteCount)
  }

  @Test func freeSpaceIsThatOfFoundation() throws {
    let folder = System.temporaryDirectory
    let values = try FileManager.default.attributesOfFileSystem(forPath: folder)
    let size = try #require(values[.systemSize] as? NSNumber).intValue
    let free = try #require(System.freeSpace(at: folder))
    // What is free changes all the time; the whole does not.
    #expect((0...size).contains(free))
    #expect(System.freeSpace(at: folder + "/a folder that nobody has") == nil)
  }

  @Test func moreMemoryThanThereIsIsRefused() { #expect(Pages.allocate(1 << 60) == nil) }
}
