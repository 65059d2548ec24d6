/// The keys of which a request must bring one.
package struct APIKeys: Sendable {
  private let keys: [[UInt8]]

  /// - Parameter keys: None of them empty; without any, all requests are answered.
  package init(_ keys: [String] = []) {
    precondition(!keys.contains(""), "an empty key")
    self.keys = keys.map { Array($0.utf8) }
  }

  var areNone: Bool { keys.isEmpty }

  /// - Parameter authorization: The header's value: "Bearer KEY".
  func admit(_ authorization: String?) -> Bool {
    guard !keys.isEmpty else { return true }
    let scheme = "bearer "
    guard let authorization, authorization.lowercased().hasPrefix(scheme) else { return false }
    let given = Array(authorization.utf8.dropFirst(scheme.utf8.count))
    // All keys are compared, whichever it is.
    return keys.count { Self.areEqual($0, given) } > 0
  }

  /// Takes as long wherever two keys differ, so that the time does not tell how much of one was right.
  static func areEqual(_ key: [UInt8], _ given: [UInt8]) -> Bool {
    var difference: UInt8 = key.count == given.count ? 0 : 1
    for (place, byte) in key.enumerated() {
      difference |= byte ^ (place < given.count ? given[place] : 0)
    }
    return difference == 0
  }
}
