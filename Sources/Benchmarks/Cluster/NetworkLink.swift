/// A way between two processes.
package struct NetworkLink: Equatable, Sendable, Encodable {
  /// Seconds that a message of no length takes, one way.
  package var latency: Double
  /// Bytes a second that each of the two gets, while both send.
  package var bandwidth: Double

  package init(latency: Double, bandwidth: Double) {
    self.latency = latency
    self.bandwidth = bandwidth
  }

  /// What MPI sends at once, without asking whether there is room: 64 KiB over TCP in Open MPI.
  private static let eagerBytes = 65_536.0

  /// How long an exchange of so many bytes takes, each way. Longer messages are first announced and asked for, so that they
  /// cross the network three times.
  func seconds(of bytes: Double) -> Double {
    guard bytes > 0 else { return 0 }
    return latency * (bytes > Self.eagerBytes ? 3 : 1) + bytes / bandwidth
  }
}
