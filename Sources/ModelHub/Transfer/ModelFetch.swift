import GPT2BinaryFiles
import GPT2Platform

/// A model that is there.
package struct FetchedModel: Equatable, Sendable {
  package let model: CatalogueModel
  /// Its folder.
  package let path: String
  /// In the catalogue's order; empty if it was there before.
  package let files: [FetchedFile]
  package let wasThere: Bool
}

/// Fetches all of a model's files into a folder that appears at once, when they are there and checked: one that is
/// fetched in part is never taken for a model.
package struct ModelFetch {
  private let folder: ModelFolder
  private let home: ModelHome
  private let options: FetchOptions

  package init(into folder: ModelFolder, from home: ModelHome, _ options: FetchOptions = FetchOptions()) {
    self.folder = folder
    self.home = home
    self.options = options
  }

  /// - Throws: `FetchError` if it cannot be had or is not what it should be; `FileError` if it cannot be written.
  package func run() throws -> FetchedModel {
    if try isThere { return FetchedModel(model: folder.model, path: folder.path, files: [], wasThere: true) }
    if FileSystem.status(of: folder.path, followingLinks: false) != nil, !Folder.exists(folder.path) {
      throw FileError(folder.path, .notDirectory)
    }
    try Folder.create(folder.partialPath)
    let lock = try FetchLock(folder.partialPath)
    if let note = lock.note { options.report?(.note(note)) }
    // Whoever held the lock may have finished between the two.
    if try isThere { return FetchedModel(model: folder.model, path: folder.path, files: [], wasThere: true) }
    try checkSpace()
    let files = try folder.model.files.map {
      try FileTransfer($0, of: folder.model, from: home, into: folder.partialPath, holding: lock, options)
        .run()
    }
    try name()
    withExtendedLifetime(lock) {}
    return FetchedModel(model: folder.model, path: folder.path, files: files, wasThere: false)
  }

  /// - Throws: `FetchError` if something else has the model's place.
  private var isThere: Bool {
    get throws(FetchError) {
      switch folder.state {
      case .complete: true
      case .other(let lacking): throw FetchError(folder.path, .occupied(missing: lacking))
      case .partial, .missing: false
      }
    }
  }

  private func checkSpace() throws(FetchError) {
    let path = folder.partialPath
    let missing = folder.model.files.reduce(0) { sum, file in
      let there = FileSize.ofAny(path + "/" + file.name) + FileSize.ofAny("\(path)/\(file.name).partial")
      return sum + max(0, file.expectedSize - there)
    }
    guard let free = System.freeSpace(at: path), free < missing else { return }
    throw FetchError(folder.path, .noSpace(found: free, needed: missing))
  }

  /// Gives the folder its name, with nothing in it but the model.
  private func name() throws(FileError) {
    let names = Set(folder.model.files.map(\.name))
    for stray in try Folder.names(in: folder.partialPath) where !names.contains(stray) {
      FileSystem.unlink(folder.partialPath + "/" + stray)
    }
    guard FileSystem.syncFolder(folder.partialPath) else {
      throw FileError(folder.partialPath, .fromErrno("syncing it"))
    }
    guard FileSystem.rename(folder.partialPath, to: folder.path) else {
      throw FileError(folder.path, .fromErrno("renaming \(folder.partialPath) to it"))
    }
    try Folder.syncContaining(folder.path)
  }
}
