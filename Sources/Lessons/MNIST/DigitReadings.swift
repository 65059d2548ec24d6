import GPT2Kernels
import GPT2Platform
import GPT2Transformer

/// What a network makes of images that it may never have seen.
package struct DigitReadings: Sendable {
  /// (images): the digit with the largest logit, the first of equals.
  package let guesses: [UInt8]
  /// (images): the softmax of that logit.
  package let confidences: [Float]
  /// The digits that they are.
  package let labels: [UInt8]
  /// The images that are read wrongly, those first that the network was surest of.
  package let mistakes: [Int]
  /// Mean cross-entropy, in nats.
  package let loss: Double

  /// - Throws: `AllocationError` if the memory is not to be had.
  init(of images: DigitImages, by network: some DigitReader) throws(AllocationError) {
    var guesses: [UInt8] = []
    var confidences: [Float] = []
    var loss = 0.0
    try network.forEachBatch(of: images) { batch, range in
      for row in 0..<range.count {
        let logits = batch.logits[row]
        let guess = logits.indexOfLargest
        // log Σ exp(z) in double precision: these are few.
        let sum = logits.reduce(0.0) { $0 + exp(Double($1 - logits[guess])) }
        guesses.append(UInt8(guess))
        confidences.append(Float(1 / sum))
        let target = logits[Int(images.labels[range.lowerBound + row])]
        loss += log(sum) + Double(logits[guess] - target)
      }
    }
    self.guesses = guesses
    self.confidences = confidences
    labels = images.labels
    mistakes = labels.indices.filter { guesses[$0] != images.labels[$0] }
      .sorted { (confidences[$1], $0) < (confidences[$0], $1) }
    self.loss = loss / Double(images.count)
  }

  package var accuracy: Double { Double(labels.count - mistakes.count) / Double(labels.count) }

  /// How many images of each digit, the row, were read as each, the column.
  package var confusion: [[Int]] {
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: DigitImages.classes), count: DigitImages.classes)
    for (label, guess) in zip(labels, guesses) { counts[Int(label)][Int(guess)] += 1 }
    return counts
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// The first of the largest.
  var indexOfLargest: Int {
    indices.dropFirst().reduce(0) { self[$1] > self[$0] ? $1 : $0 }
  }
}
