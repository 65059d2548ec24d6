import GPT2BinaryFiles
import GPT2Platform

extension RunDirectory {
  /// Takes over from a run's directory what its checkpoint needs to go on from here, as far as it can be read there and
  /// written here: the plan, the tokenizer, the template, and the model below adapters.
  func takeOver(from other: RunDirectory) {
    for file in [other.tokenizer, other.template, other.base].compactMap({ $0 }) {
      try? copy(file, from: other)
    }
    // Last: with it the run goes on by its directory alone.
    guard var plan = try? RunPlan(contentsOf: other.plan, in: other.folder) else { return }
    // Of checkpoints that are not here.
    (plan.replaced, plan.timed, plan.best) = (nil, nil, nil)
    try? plan.write(to: self.plan, in: folder)
  }

  /// Removes the directory if nothing is in it, whatever was and could not stay.
  func removeIfEmpty() { FileSystem.removeFolder(path) }

  private func copy(_ file: String, from other: RunDirectory) throws(FileError) {
    guard let name = file.split(separator: "/").last, other.place(file).exists else { return }
    let bytes = try MappedFile(path: file, in: other.folder)
    try FileWriter.write(to: path + "/" + name, in: folder, replacing: false) { writer throws(FileError) in
      try writer.append(bytes.bytes)
      try bytes.check()
    }
  }
}
