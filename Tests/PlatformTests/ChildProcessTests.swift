import Foundation
import GPT2Platform
import Testing

@Suite struct ChildProcessTests {
  private func end(of process: ChildProcess) -> Int32 {
    while true {
      if let code = process.ended() { return code }
      usleep(1000)
    }
  }

  @Test func itsCodeAndWhatItPrintsAreKnown() throws {
    let script = "read line; echo \"heard $line\"; echo warned >&2; exit 3"
    let process = try ChildProcess("sh", ["-c", script], input: "a word\n")
    #expect(end(of: process) == 3)
    #expect(process.ended() == 3)
    #expect(process.printed == ("heard a word\n", "warned\n"))
  }

  @Test func argumentsStayWhole() throws {
    let process = try ChildProcess("printf", ["%s|", "two words", "", "größe \"x\" $HOME"])
    #expect(end(of: process) == 0)
    #expect(process.printed.output == "two words||größe \"x\" $HOME|")
  }

  /// More than a pipe would hold.
  @Test func itNeverWaitsForAReader() throws {
    let process = try ChildProcess("head", ["-c", "1000000", "/dev/zero"])
    #expect(end(of: process) == 0)
    #expect(process.printed.output.utf8.count == 1_000_000)
  }

  @Test func itHasTheEnvironment() throws {
    let process = try ChildProcess("sh", ["-c", "printf %s \"$PATH\""])
    #expect(end(of: process) == 0)
    #expect(process.printed.output == System.environment("PATH"))
  }

  @Test func aDescriptorIsKeptAndNoOther() throws {
    let (kept, other) = (open("/dev/null", O_RDONLY | O_CLOEXEC), open("/dev/null", O_RDONLY | O_CLOEXEC))
    defer { for descriptor in [kept, other] { close(descriptor) } }
    let script = "for n in \(kept) \(other); do [ ! -e /dev/fd/$n ] || echo $n; done"
    let process = try ChildProcess("sh", ["-c", script], keeping: kept)
    #expect(end(of: process) == 0)
    #expect(process.printed.output == "\(kept)\n")
  }

  /// Signals to a group that has a process's own number reach it only if it leads one.
  @Test(arguments: [false, true])
  func itHasItsOwnGroupOrOurs(inOwnGroup: Bool) throws {
    let process = try ChildProcess("sh", ["-c", "kill -s 0 -- -$$"], inOwnGroup: inOwnGroup)
    #expect((end(of: process) == 0) == inOwnGroup)
  }

  @Test func aProgramThatIsNotThere() {
    #expect(throws: ChildProcess.StartError.self) { try ChildProcess("a program that nobody has", []) }
    do throws(ChildProcess.StartError) {
      _ = try ChildProcess("a program that nobody has", [])
    } catch {
      #expect(error.code == ENOENT)
    }
  }

  @Test func itEndsWhenItIsAskedTo() throws {
    let process = try ChildProcess("sleep", ["600"])
    #expect(process.ended() == nil)
    process.terminate()
    #expect(end(of: process) == 128 + SIGTERM)
  }
}
