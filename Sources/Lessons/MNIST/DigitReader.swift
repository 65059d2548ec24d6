import GPT2Kernels
import GPT2Transformer

/// A network that reads digits, as what teaches it and what reads with it see it.
protocol DigitReader {
  associatedtype Parameters: DigitTensors
  associatedtype Batch: DigitBatch

  /// Images that are read at once where nothing is learnt: enough to repay the passes, few enough for the caches.
  static var imagesAtOnce: Int { get }

  var parameters: Parameters { get }
  var workers: Workers { get }

  /// Memory for the passes over a batch.
  ///
  /// - Parameter size: B, at least 1.
  /// - Throws: `AllocationError` if the memory is not to be had.
  func batch(of size: Int) throws(AllocationError) -> Batch

  /// From the batch's input to its logits.
  func forward(_ batch: Batch)

  /// After `forward`: writes the gradients of the mean loss.
  ///
  /// - Parameter targets: (B), the digits that the images show.
  /// - Returns: The mean loss, in nats.
  func backward(_ batch: Batch, targets: [Int32], into gradients: Parameters) -> Float
}

/// What a network learns, tensor by tensor; or as many values beside: gradients, moments.
protocol DigitTensors: AnyObject {
  /// Weights and biases by turns, in the order of the layers.
  var tensors: [Matrix] { get }
  /// As many zeros.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  func zeros() throws(AllocationError) -> Self
}

extension DigitTensors {
  /// Whether one of `tensors` is a weight, not a bias.
  static func isWeight(_ index: Int) -> Bool { index.isMultiple(of: 2) }
}

/// What the passes over a batch of images leave behind.
protocol DigitBatch: AnyObject {
  /// (B, pixels)
  var input: Matrix { get }
  /// (B, classes)
  var logits: Matrix { get }
}

extension DigitBatch {
  /// Takes images as inputs: 0 for paper, 1 for ink.
  func fill(from images: DigitImages, _ indices: some Collection<Int>) {
    precondition(indices.count == input.rows && images.pixelsPerImage == input.columns, "shapes disagree")
    for (row, index) in indices.enumerated() {
      let x = input[row]
      for (column, pixel) in images[index].enumerated() { x[column] = Float(pixel) / 255 }
    }
  }
}

extension DigitReader {
  /// Reads all images, some at a time, and calls `body` after each forward pass.
  func forEachBatch(
    of images: DigitImages, _ body: (_ batch: Batch, _ images: Range<Int>) -> Void
  ) throws(AllocationError) {
    let size = min(Self.imagesAtOnce, images.count)
    var batch = try self.batch(of: size)
    for start in stride(from: 0, to: images.count, by: size) {
      let range = start..<min(images.count, start + size)
      if range.count < size { batch = try self.batch(of: range.count) }
      batch.fill(from: images, range)
      forward(batch)
      body(batch, range)
    }
  }
}
