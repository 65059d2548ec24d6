import Foundation
import GPT2Platform
import Testing

@Suite struct DescriptorsTests {
  @Test(arguments: [0, 1, 4096, 1 << 16, 300_001]) func whatIsWrittenIsRead(count: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    unlink(path)
    defer { close(descriptor) }
    let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(sent.withUnsafeBytes { Descriptors.write($0, to: descriptor) })
    lseek(descriptor, 0, SEEK_SET)
    #expect(Descriptors.readAll(from: descriptor) == sent)
  }

  @Test func whatTheSystemRefusesIsSaid() {
    #expect(!withUnsafeBytes(of: 1) { Descriptors.write($0, to: -1) })
    #expect(errno == EBADF)
    #expect(Descriptors.readAll(from: -1) == nil)
    let folder = open("/", O_RDONLY | O_CLOEXEC)
    #expect(Descriptors.readAll(from: folder) == nil)
    close(folder)
  }
}
