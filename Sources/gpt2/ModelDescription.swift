import GPT2Kernels
import GPT2Terminal
import GPT2Transformer

extension Configuration {
  /// "12 layers, 12 heads, 768 channels, 50257 tokens, 1024 positions: 124.5M parameters"
  var summary: String {
    "\(words): \(Numbers.short(Double(parameterCount ?? 0))) parameters"
  }
}

extension Parameters {
  /// Says so on standard error if a weight is NaN or infinite; such a model loads, but will not speak.
  func warnIfNotFinite(path: String, on workers: Workers) {
    guard let (tensor, index) = firstNonFinite(on: workers) else { return }
    Diagnostics.write(
      "gpt2: warning: \(path): found \(values(of: tensor)[index]) at index \(index) of \(tensor.name), "
        + "expected finite weights; its outputs will be NaN")
  }
}
