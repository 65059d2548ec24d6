/// Names that options have in other programs, by which somebody may look for them here.
enum OtherNames {
  /// That of ours, of an option that llama.cpp, mlx-lm, transformers, nanoGPT or an earlier version calls otherwise.
  static let options = [
    "n": "texts", "n-predict": "max-tokens", "predict": "max-tokens", "max-new-tokens": "max-tokens",
    "max-length": "max-tokens", "num-samples": "texts", "repeat-penalty": "repetition-penalty",
    "repeat-last-n": "repetition-window", "file": "prompt-file", "lora": "adapters",
    "adapter-path": "adapters",
    "adapter": "adapters", "system-prompt": "system", "conversation": "interactive", "num-threads": "threads",
    "lr": "learning-rate", "max-lr": "learning-rate", "iters": "steps", "max-iters": "steps",
    "max-steps": "steps", "epoch": "epochs", "num-epochs": "epochs", "eval-interval": "validation-interval",
    "save-every": "checkpoint-interval", "block-size": "sequence-length", "max-seq-length": "sequence-length",
    "ctx-size": "sequence-length", "warmup-steps": "warm-up-steps", "grad-clip": "clip", "rank": "lora-rank",
    "dtype": "precision", "out-dir": "output", "outfile": "output", "force": "overwrite", "val": "validation",
  ]
}
