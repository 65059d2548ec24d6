import CFuzzer
import Platform

/// The reader that is fuzzed. libFuzzer calls a C function, which nothing can be handed but the input.
private nonisolated(unsafe) var reader: Reader?

/// fuzz READER [OPTIONS OF LIBFUZZER] [CORPUS FOLDERS, OR FILES TO READ AGAIN]; without a reader it lists them.
///
/// The package manager links an executable called "fuzz" to begin here, and with the fuzzing sanitizer Swift makes no
/// beginning of its own.
@_cdecl("fuzz_main")
public func begin(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  let name = count > 1 ? arguments[1].map { String(cString: $0) } : nil
  guard let name, let chosen = Reader.all.first(where: { $0.name == name }) else {
    for reader in Reader.all { print(reader.name) }
    return name == nil || name == "list" ? 0 : 2
  }
  reader = chosen
  // libFuzzer takes the first word for the program's name.
  var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments + 1
  arguments[1] = arguments[0]
  var restCount = count - 1
  return LLVMFuzzerRunDriver(&restCount, &rest) { bytes, count in
    reader?.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
  }
}
