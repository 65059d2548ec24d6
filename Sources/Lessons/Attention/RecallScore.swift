import GPT2RandomNumbers

/// How well a head recalls in texts that it has not seen.
package struct RecallScore: Equatable, Sendable, Encodable {
  /// Mean −ln p of the answers, in nats.
  package let loss: Double
  /// How often the likeliest token is the answer.
  package let accuracy: Double

  /// - Parameters:
  ///   - questions: The positions after which an answer is wanted; the task's if not given.
  ///   - isCausal: Whether the future is hidden, as it is where a text is continued: there is none yet.
  package init(
    of parameters: HeadParameters, _ task: RecallTask, at questions: [Int]? = nil, texts: Int, seed: UInt32,
    isCausal: Bool = true
  ) {
    var random = MersenneTwister(key: [seed])
    let questions = questions ?? task.questions
    var (sum, right) = (0.0, 0)
    for _ in 0..<texts {
      let text = task.draw(using: &random)
      // The last token too: without a mask, the answers are among what is read.
      let head = RecallHead(parameters, reading: text, isCausal: isCausal)
      let (loss, found) = head.loss(at: questions, answers: questions.map { text[$0 + 1] })
      sum += loss
      right += found
    }
    let answers = Double(texts * questions.count)
    loss = sum / answers
    accuracy = Double(right) / answers
  }
}
