import BinaryFiles
import Foundation
import Generation
import Kernels
import Transformer

// Foundation's `localizedDescription`, which SwiftUI's alerts and Cocoa's panels show, is the error's own text: what
// was found, what was expected, and what to do. Without these an app shows "The operation could not be completed".

extension FileError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension KernelSetError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension AllocationError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension ModelError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension WeightFormatError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension AdapterError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension DraftError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension GenerationOptionError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension StopStringError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension SamplingOptionError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}

extension SamplingError: LocalizedError {
  public var errorDescription: String? { "\(self)" }
}
