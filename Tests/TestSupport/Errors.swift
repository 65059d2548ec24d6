import BinaryFiles
import Testing

/// Expects `body` to throw a `FileError` about `path`, and returns its cause and its one line.
@discardableResult
public func expectFileError(
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
