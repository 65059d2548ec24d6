import GPT2Tokens

extension InstructionTemplate {
  /// The same as a chat template in Jinja: transformers' `apply_chat_template` and llama.cpp make the same text of it.
  /// A message of another role is passed over.
  package var jinja: String {
    let cases = Message.Role.allCases.map { role in
      var parts = [self[role].before, self[role].after].map(Self.literal)
      if role == .assistant { parts[1] = "eos_token" }
      let value = [parts[0], "message['content']", parts[1]].filter { $0 != "''" }.joined(separator: " + ")
      return "if message['role'] == '\(role.rawValue)' %}{{ \(value) }}"
    }
    let between =
      assistant.after.isEmpty
      ? ""
      : "{% if message['role'] == 'assistant' and not loop.last %}{{ \(Self.literal(assistant.after)) }}{% endif %}"
    let answer =
      assistant.before.isEmpty
      ? ""
      : "{% if add_generation_prompt %}{{ \(Self.literal(assistant.before)) }}{% endif %}"
    return "{% for message in messages %}{% " + cases.joined(separator: "{% el") + "{% endif %}" + between
      + "{% endfor %}" + answer
  }

  /// A text in quotes, with the escapes that Jinja shares with Python.
  private static func literal(_ text: String) -> String {
    let escapes: [Character: String] = [
      "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\r\n": "\\r\\n", "\t": "\\t",
    ]
    return "'" + text.map { escapes[$0] ?? String($0) }.joined() + "'"
  }
}
