import GPT2Platform

/// The reader that is fuzzed. libFuzzer calls C functions, which nothing can be handed but the input.
private nonisolated(unsafe) var reader: Reader?

/// fuzz READER [OPTIONS OF LIBFUZZER] [CORPUS FOLDERS, OR FILES TO READ AGAIN]; `fuzz list` lists the readers.
///
/// libFuzzer calls this before it looks at the arguments itself.
@_cdecl("LLVMFuzzerInitialize")
public func begin(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
  // To merge, libFuzzer starts itself again, without the reader's name.
  if let named = System.environment("FUZZ_READER") {
    reader = Reader.all.first { $0.name == named }
    return 0
  }
  let name = count.pointee > 1 ? arguments.pointee[1].map { String(cString: $0) } : nil
  guard let name, let chosen = Reader.all.first(where: { $0.name == name }) else {
    for reader in Reader.all { print(reader.name) }
    exit(name == "list" ? 0 : 2)
  }
  reader = chosen
  setenv("FUZZ_READER", name, 1)
  // The reader's name is ours; the program's is before the rest.
  arguments.pointee[1] = arguments.pointee[0]
  arguments.pointee += 1
  count.pointee -= 1
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  reader?.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}

/// libFuzzer's, as its FuzzerInterface.h declares it.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Where the package manager lets an executable called "fuzz" begin. With its sanitizer Swift makes no beginning of its
/// own.
@_cdecl("fuzz_main")
public func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments, testOneInput)
}
