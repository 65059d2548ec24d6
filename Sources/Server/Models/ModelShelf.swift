import GPT2Generation
import Synchronization

/// The models that are served, by name, each loaded once. They can be taken off for newer ones while requests go on:
/// those that have begun keep the model that they began with.
package final class ModelShelf: Sendable {
  /// Makes all models anew.
  package typealias Loading = @Sendable () throws -> [ServedModel]
  /// Says what would be loaded now, such that two answers are equal if the same would be: the files' names.
  package typealias Version = @Sendable () throws -> [String]

  private let load: Loading
  private let version: Version
  private let state: Mutex<State>

  private struct State {
    var models: [ServedModel]
    var version: [String]
    /// How often models were loaded.
    var revision = 1
  }

  /// - Parameters:
  ///   - version: For `reloadIfNewer`.
  ///   - load: Called now and for each `reload`; at least one model, no two of one name.
  /// - Throws: What these throw.
  package init(version: @escaping Version = { [] }, _ load: @escaping Loading) throws {
    self.load = load
    self.version = version
    // Before loading: what comes meanwhile is newer.
    let first = try version()
    state = Mutex(State(models: try load(), version: first))
  }

  /// In the order in which they were named.
  package var all: [ServedModel] { state.withLock(\.models) }

  /// How often models were loaded: another number means that others may be served.
  var revision: Int { state.withLock(\.revision) }

  /// The model of that name; the first if none is named.
  ///
  /// - Throws: `APIError`
  func model(_ name: String?) throws(APIError) -> ServedModel {
    let models = all
    guard let model = name.map({ name in models.first { $0.name == name } }) ?? models.first else {
      throw .noSuchModel(name ?? "", among: models.map(\.name))
    }
    return model
  }

  /// Loads all models again and serves these from now on; returns when the texts of the older ones have ended. There must
  /// be the memory for both.
  ///
  /// - Throws: What loading throws; the older ones are then served on.
  package func reload() async throws {
    let version = try version()
    let models = try load()
    let older = state.withLock { state in
      let older = state.models
      state = State(models: models, version: version, revision: state.revision + 1)
      return older
    }
    for model in older { await model.scheduler.close() }
  }

  /// Loads the models again if other files would be loaded now, as where a run has a newer checkpoint.
  ///
  /// - Returns: Whether they were loaded.
  /// - Throws: As `reload`; the older ones are then served on.
  package func reloadIfNewer() async throws -> Bool {
    let now = try version()
    guard state.withLock({ $0.version != now }) else { return false }
    try await reload()
    return true
  }

  /// Refuses what comes, and returns when all texts have ended.
  package func close() async {
    for model in all { await model.scheduler.close() }
  }

  /// Ends all texts now.
  package func cancelAll() {
    for model in all { model.scheduler.cancelAll() }
  }
}
