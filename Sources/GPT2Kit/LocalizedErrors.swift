import GPT2BinaryFiles
import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2Transformer

/// An error whose own text, what was found, what was expected and what to do, is what Foundation shows of it: its
/// `localizedDescription`, as in SwiftUI's alerts and Cocoa's panels, which would be "The operation could not be
/// completed" otherwise.
public protocol SelfDescribingError: LocalizedError, CustomStringConvertible {}

extension SelfDescribingError {
  public var errorDescription: String? { description }
}

extension FileError: SelfDescribingError {}
extension KernelSetError: SelfDescribingError {}
extension AllocationError: SelfDescribingError {}
extension ModelError: SelfDescribingError {}
extension WeightFormatError: SelfDescribingError {}
extension AdapterError: SelfDescribingError {}
extension DraftError: SelfDescribingError {}
extension GenerationOptionError: SelfDescribingError {}
extension AblationError: SelfDescribingError {}
extension InspectionError: SelfDescribingError {}
extension StopStringError: SelfDescribingError {}
extension SamplingOptionError: SelfDescribingError {}
extension SamplingError: SelfDescribingError {}
extension SchedulerError: SelfDescribingError {}
