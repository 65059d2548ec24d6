import GPT2Kernels
import GPT2Reports
import GPT2TrainingCore

// What is said of a run that goes on in another way than it was computed so far.
extension TrainingSetup {
  /// What to say to who goes on with a run; nothing if it is not known how it was computed.
  var notes: [String] {
    guard start.step != nil, let history = try? RunHistory(directory: directory.path),
      let settings = history.parts.last?.settings
    else { return [] }
    return settings["kernels"].flatMap(noteOnKernels).map { [$0] } ?? []
  }

  /// That its last part was computed on other kernels than these.
  private func noteOnKernels(_ before: String) -> String? {
    guard before != workers.kernels.description else { return nil }
    let known = KernelSet.Name(rawValue: before)
    let keeps = KernelSet.available.contains { $0.name == known }
    return "the run was computed by \(known?.rawValue ?? "other") kernels so far and goes on with "
      + "\(workers.kernels): bits may differ from those of a run that never changed"
      + (keeps ? " (\(KernelSet.variable)=\(before) keeps them)" : "")
  }
}
