import Generation
import Synchronization

/// The models that are served, by name, each loaded once. They can be taken off for newer ones while requests go on:
/// those that have begun keep the model that they began with.
public final class ModelShelf: Sendable {
  /// Makes all models anew.
  public typealias Loading = @Sendable () throws -> [ServedModel]

  private let load: Loading
  private let models: Mutex<[ServedModel]>

  /// - Parameter load: Called now and for each `reload`; at least one model, no two of one name.
  /// - Throws: What `load` throws.
  public init(_ load: @escaping Loading) throws {
    self.load = load
    models = Mutex(try load())
  }

  /// In the order in which they were named.
  public var all: [ServedModel] { models.withLock { $0 } }

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
  public func reload() async throws {
    let newer = try load()
    let older = models.withLock { models in
      let older = models
      models = newer
      return older
    }
    for model in older { await model.scheduler.close() }
  }

  /// Refuses what comes, and returns when all texts have ended.
  public func close() async {
    for model in all { await model.scheduler.close() }
  }

  /// Ends all texts now.
  public func cancelAll() {
    for model in all { model.scheduler.cancelAll() }
  }
}
