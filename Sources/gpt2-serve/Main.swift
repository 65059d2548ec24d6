import GPT2Terminal

@main
enum Main {
  static func main() async {
    #if Server
      await Exit.running(ServerCommand.self)
    #else
      Diagnostics.error("gpt2-serve: built without the trait Server, expected with it; make serve builds it")
      Exit.leave(Exit.unusableInput)
    #endif
  }
}
