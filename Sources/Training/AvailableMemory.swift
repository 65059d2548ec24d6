import GPT2Platform

/// How much memory a process may still use.
package enum AvailableMemory {
  /// In bytes; `nil` if the system does not say.
  ///
  /// On Linux what could be had now without swapping, or the limit of a control group that this process is in, or what is
  /// left of its address space, if one of these is lower. On Apple's systems, which compress and swap, all that the
  /// machine has.
  package static var bytes: Int? { MachineMemory.available }
}
