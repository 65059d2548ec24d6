import GPT2BinaryFiles

/// The smaller files in a folder of Hugging Face's.
struct HuggingFaceFiles {
  /// With a slash at its end.
  let folder: String

  init(folder: String) { self.folder = Folder.withSlash(folder) }

  func has(_ name: String) -> Bool {
    // One that is there and cannot be read is an error of its own once it is read.
    do throws(FileError) { return try MappedFile.ifPresent(folder + name) != nil } catch { return true }
  }

  /// What is in a file, if it is there.
  func object(_ name: String) throws(FileError) -> JSONObject? {
    has(name) ? try JSONParser.object(contentsOf: folder + name) : nil
  }
}
