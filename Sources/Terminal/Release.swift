/// What the programs are a part of.
public enum Release {
  /// The one place that says it; scripts/stage.sh reads it here.
  public static let version = "0.13.0"
}
