import GPT2GGUF
import GPT2ModelFiles
import Testing
import GPT2Tokens

/// Templates as Jinja. That transformers makes the right text of them, dev/reference/chat_template.py shows.
@Suite struct ChatTemplateTests {
  @Test func alpaca() {
    let expected =
      #"{% for message in messages %}"#
      + #"{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"#
      + #"{% elif message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'] + '\n\n' }}"#
      + #"{% elif message['role'] == 'input' %}{{ '### Input:\n' + message['content'] + '\n\n' }}"#
      + #"{% elif message['role'] == 'assistant' %}{{ '### Response:\n' + message['content'] + eos_token }}{% endif %}"#
      + #"{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}"#
    #expect(InstructionTemplate.alpaca.jinja == expected)
  }

  @Test func textsAreQuoted() {
    let template = InstructionTemplate(
      user: .init(before: "\\'\t\r\n\"é"), assistant: .init(before: "{{", after: "\n"))
    #expect(template.jinja.contains(#"{{ '\\\'\t\r\n"é' + message['content'] }}"#))
    #expect(
      template.jinja.contains(
        #"{% if message['role'] == 'assistant' and not loop.last %}{{ '\n' }}{% endif %}{% endfor %}"#))
  }

  @Test func inMetadataOnce() throws {
    let once = InstructionTemplate.plain.added(to: [MetadataEntry("tokenizer.ggml.model", .string("gpt2"))])
    #expect(once.map(\.key) == ["tokenizer.ggml.model", "tokenizer.chat_template"])
    let twice = InstructionTemplate.alpaca.added(to: once)
    #expect(twice.map(\.key) == once.map(\.key))
    #expect(twice[1].value == .string(InstructionTemplate.alpaca.jinja))
  }
}
