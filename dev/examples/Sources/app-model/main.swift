// app-model FOLDER: what an app does with AppModel, without the app: it trains, is left, and goes on.
let folder = CommandLine.arguments[1]
let text = String(repeating: "The sea is blue, and the sky is blue too. ", count: 40)

let first = AppModel(folder: folder)
let visit = Task { await first.train(on: text, steps: 2_000) }
while first.losses.count < 20, first.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
visit.cancel()
await visit.value
let left = first.losses.count

let second = AppModel(folder: folder)
let next = Task { await second.train(on: text, steps: 2_000) }
while second.losses.count < 20, second.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
second.stop()
await next.value
await second.write("The sea")
if let problem = first.problem ?? second.problem { print("problem: \(problem)") }
let goesOn = second.losses.count >= 20 && second.progress * 2_000 > Double(left)
print(goesOn && second.story.count > 7 ? "went on, and wrote" : "lost its way", second.story)
