/// What the programs are a part of.
package enum Release {
  /// The one place that says it; scripts/stage.sh reads it here.
  package static let version = "0.14.0"
}
