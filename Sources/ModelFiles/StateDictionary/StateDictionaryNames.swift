/// The names of tensors besides those of GPT-2's own, and what stands before names.
enum StateDictionaryNames {
  /// What wrappers put before a name, and before one another: torch.compile, data parallelism, and the model with its
  /// classifier; names of the bare model have none.
  private static let prefixes = ["_orig_mod.", "module.", "transformer."]

  /// The first parts of the names of heads for other tasks: TRL's, transformers' and others'.
  private static let otherHeads: Set<String> = [
    "v_head", "value_head", "score", "classifier", "multiple_choice_head", "qa_outputs",
  ]

  static func bareName(of name: String) -> String {
    var bare = Substring(name)
    while let prefix = prefixes.first(where: { bare.hasPrefix($0) }) { bare = bare.dropFirst(prefix.count) }
    return String(bare)
  }

  /// Whether generation can do without it: it changes nothing in the logits.
  static func isOtherHead(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return parts.count > 1 && otherHeads.contains(String(parts[0]))
  }
}
