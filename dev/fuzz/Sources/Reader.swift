import GPT2Platform

/// Something that reads what others wrote. It may refuse any input with an error, and must survive all of them.
struct Reader {
  let name: String
  /// Reads an input. What it throws is as good an answer as any.
  private let read: (Input) throws -> Void

  init(_ name: String, _ read: @escaping (Input) throws -> Void) {
    self.name = name
    self.read = read
  }

  static var all: [Reader] { models + tokens + text + runs + lessons + server }

  func run(_ bytes: UnsafeRawBufferPointer) {
    do {
      try read(Input(bytes))
    } catch {
      // Its words are made of what was found, too.
      _ = "\(error)".utf8.count
    }
  }
}

/// An input, and files in memory for readers that want a name.
struct Input {
  let bytes: UnsafeRawBufferPointer
  private let files: MemoryFiles

  /// Where the files of this process are, in which one input is read after the other.
  private nonisolated(unsafe) static let shared = MemoryFiles()

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    files = Self.shared
  }

  var array: [UInt8] { Array(bytes) }

  /// The path of a file that has these bytes.
  func file(_ name: String = "input") -> String { files.write(bytes, to: name) }

  /// The path of a file that has other bytes, such as one that belongs to it.
  func file(_ name: String, holding bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { files.write($0, to: name) }
  }

  /// Two files: what is before the first zero, and what is behind it.
  func files(_ first: String, _ second: String) -> String {
    let cut = bytes.firstIndex(of: 0) ?? bytes.count
    _ = files.write(UnsafeRawBufferPointer(rebasing: bytes[..<cut]), to: first)
    _ = files.write(UnsafeRawBufferPointer(rebasing: bytes[min(cut + 1, bytes.count)...]), to: second)
    return folder
  }

  /// The folder that the files are in, with a slash at its end.
  var folder: String { files.folder }
}

/// Files in a folder of the memory's own file system, each written again for every input: half the time of making it.
final class MemoryFiles {
  let folder: String
  private var descriptors: [String: Int32] = [:]

  init() {
    var template = Array("/dev/shm/gpt2-fuzz-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { preconditionFailure("/dev/shm takes no folder") }
    folder = String(cString: path) + "/"
    removeAtExit(folder)
  }

  func write(_ bytes: UnsafeRawBufferPointer, to name: String) -> String {
    let path = folder + name
    let descriptor = descriptors[name] ?? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, path)
    descriptors[name] = descriptor
    precondition(ftruncate(descriptor, off_t(bytes.count)) == 0, path)
    precondition(pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count, path)
    return path
  }
}

/// For `atexit`, which takes a C function.
private nonisolated(unsafe) var leftover = ""

private func removeAtExit(_ folder: String) {
  leftover = folder
  atexit {
    guard let stream = opendir(leftover) else { return }
    var names: [String] = []
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    closedir(stream)
    for name in names { unlink(leftover + name) }
    rmdir(leftover)
  }
}
