import Testing
import GPT2ModelFiles

@Suite struct RunFileNameTests {
  /// The names of llm.c's `snprintf`, and ours beside them.
  @Test(arguments: [
    (RunFileName.Kind.model, 40, "model_00000040.bin"), (.state(rank: 3), 7, "state_00000007_00003.bin"),
    (.done, 123_456_789, "DONE_123456789"), (.adapters, 0, "adapters_00000000.bin"),
    (.outer, 12, "outer_00000012.bin"), (.progress, 99_999_999, "progress_99999999.json"),
    (.best, 1, "best_00000001.bin"), (.average, 2000, "ema_00002000.bin"),
  ])
  func namesAreReadAsTheyAreWritten(kind: RunFileName.Kind, step: Int, name: String) {
    #expect(RunFileName(kind, step).name == name)
    #expect(RunFileName(name) == RunFileName(kind, step))
  }

  @Test(arguments: [
    "", "model", "model_", "model_40.bin", "model_00000040", "model_00000040.bin.partial-1", "DONE_00000040.",
    "model_00000040_00000.bin", "state_00000040.bin", "state_00000040_0.bin", "model_-0000040.bin",
    "DONE_00000040.bin",
    "model_99999999999999999999.bin", "main.log", ".bin", "progress_00000040.bin", "model_0000004٠.bin",
  ])
  func whatOnlyLooksLikeOneIsNone(name: String) {
    #expect(RunFileName(name) == nil)
  }
}
