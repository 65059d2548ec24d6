import Testing

import GPT2Terminal

@Suite struct ServeCommandTests {
  /// What make serve built comes before what a plain build put beside gpt2, which serves nothing.
  @Test func theServerIsFoundBesideGPT2OrWhereMakePutsIt() {
    #expect(ServerProgram.places(from: "/usr/local/bin/gpt2") == ["/usr/local/bin/gpt2-serve"])
    let built = ServerProgram.places(from: "/code/.build/x86_64-unknown-linux-gnu/release/gpt2")
    #expect(
      built == [
        "/code/.build-serve/release/gpt2-serve", "/code/.build/x86_64-unknown-linux-gnu/release/gpt2-serve",
      ])
  }
}
