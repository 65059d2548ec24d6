import GPT2BinaryFiles
import Testing

/// Expects `body` to throw nothing but a `FileError` about `path`, and returns its cause if it does.
package func fileErrorCause(_ path: String, _ body: () throws(FileError) -> Void) -> FileError.Cause? {
  do throws(FileError) {
    try body()
    return nil
  } catch {
    #expect(error.path == path)
    return error.cause
  }
}

/// Expects `body` to throw a `FileError` about `path` whose line names it, and returns its cause.
@discardableResult
package func expectFileError(
  _ path: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> FileError.Cause? {
  do {
    try body()
    Issue.record("expected a FileError about \(path), nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as FileError {
    #expect(error.path == path, sourceLocation: sourceLocation)
    #expect(error.description.hasPrefix(path + ": "), sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    return error.cause
  } catch {
    Issue.record("expected a FileError about \(path), found \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
