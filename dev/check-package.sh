#!/bin/sh
# Usage: check-package.sh
# Proves three things about Package.swift, of what is committed:
# 1. make's build is a plain `swift build -c release`, with kernels for all processors, and a fresh clone of the package
#    fetches nothing that only the server needs;
# 2. another package can depend on this one by version, gets the same numbers, can run README's example, and fetches
#    nothing of the server's either;
# 3. such a package's program decodes as fast as the command: a model of 124M's shape in q8_0, three rounds by turns.
#    A busy machine can spoil that, so it fails below 0.95 of the command's speed only if GPT2_CHECK_SPEED is set.
# Takes 2 GiB of memory and of temporary files.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
say() { echo "check-package: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}

make build >"$work/log" 2>&1 || {
  tail -n 20 "$work/log"
  fail "make build"
}

say "1. a plain build"
made=$root/.build/release/gpt2
plain=$(make -s -n build | grep -c '^swift build -c release --product gpt2$' || true)
[ "$plain" = 1 ] || fail "make build is not a plain swift build -c release"
git clone --quiet "$root" "$work/gpt2"
(cd "$work/gpt2" && swift package resolve >"$work/log" 2>&1) || {
  tail -n 20 "$work/log"
  fail "swift package resolve"
}
# What a build has fetched, and what it would fetch.
fetched() { # FOLDER EXPECTED
  named=$(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' "$1/Package.resolved" | sort | xargs)
  there=$(ls "$1/.build/repositories" | sed 's/-[0-9a-f]*$//' | sort | xargs)
  [ "$named" = "$2" ] && [ "$there" = "$2" ] || fail "$1 resolves $named and fetched $there, expected $2"
  say "fetched: $there"
}
fetched "$work/gpt2" "swift-argument-parser"

if command -v objdump >/dev/null && [ "$(uname -m)" = x86_64 ]; then
  count() { objdump -d --no-show-raw-insn "$1" | grep -cE "%[yz]mm" || true; }
  a=$(count "$made")
  say "instructions on 256 or 512 bits: $a"
  [ "$a" -ge 1000 ] || fail "the plain build has hardly any kernels for AVX2"
fi

{
  "$made" tokenize --byte-level "$work/byte.bin" &&
    "$made" tokenize Sources/Kernels/*/*.swift --tokenizer "$work/byte.bin" --output "$work/text"
} 2>"$work/log" || {
  cat "$work/log"
  fail "tokenize"
}
train() {
  "$1" train --model d2 --data "$work/text_train.bin" --tokenizer "$work/byte.bin" --output "$work/$2" \
    --positions 64 --steps 40 --sample-interval 0 >"$work/$2.log" 2>&1 || {
    tail -n 20 "$work/$2.log"
    fail "train, by the $2 program"
  }
}
train "$made" made

say "2. a package that depends on this one by version"
# A version that no release has: the clone brings the real tags along.
version=99.0.0
git -C "$work/gpt2" -c user.name=check -c user.email=check@localhost -c tag.gpgSign=false \
  tag --force --annotate $version -m "for the check" >/dev/null
mkdir -p "$work/reader/Sources/reader" "$work/reader/Sources/speaker" "$work/reader/Sources/decoder"
cat >"$work/reader/Package.swift" <<EOF
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "reader",
  platforms: [.macOS(.v15)],
  dependencies: [.package(url: "file://$work/gpt2", exact: "$version")],
  targets: [
    .executableTarget(
      name: "reader", dependencies: [.product(name: "GPT2Library", package: "gpt2")]),
    .executableTarget(name: "speaker", dependencies: [.product(name: "GPT2Kit", package: "gpt2")]),
    .executableTarget(
      name: "decoder",
      dependencies: [
        .product(name: "GPT2Kit", package: "gpt2"), .product(name: "GPT2Library", package: "gpt2"),
      ]),
  ])
EOF
cat >"$work/reader/Sources/reader/main.swift" <<'EOF'
import BinaryFiles
import Kernels
import ModelFiles
import Transformer

let folder = CommandLine.arguments[1]
let parameters = try Checkpoint.read("\(folder)/awkward.bin", placing: .mapped)
let state = try ReferenceState(
  contentsOf: "\(folder)/awkward_debug_state.bin", for: parameters.configuration)
let model = Model(parameters, on: Workers(count: 2))
let activations = try Activations(
  model.configuration, batchSize: state.batchSize, sequenceLength: state.sequenceLength,
  keepingForBackward: false)
try model.forward(state.tokens, into: activations)
let loss = try model.loss(targets: state.targets, from: activations)
do {
  _ = try Checkpoint.read("\(folder)/nowhere.bin", placing: .mapped)
} catch let error as FileError {
  precondition(error.path.hasSuffix("nowhere.bin"))
}
print("loss \(loss), PyTorch \(state.loss): \(abs(loss - state.loss) < 1e-5 ? "agrees" : "DIFFERS")")
EOF
# README's example, and a program that calls it.
cp Tests/GPT2KitTests/ReadmeExample.swift "$work/reader/Sources/speaker/Example.swift"
cat >"$work/reader/Sources/speaker/main.swift" <<'EOF'
try await tellAStory(model: CommandLine.arguments[1], tokenizer: CommandLine.arguments[2])
EOF
# Writes a tokenizer of GPT-2's size without GPT-2's words, or prints how many tokens a second it decodes.
cat >"$work/reader/Sources/decoder/main.swift" <<'EOF'
import BinaryFiles
import GPT2Kit

let arguments = CommandLine.arguments
if arguments.count == 2 {
  var header = Header(magic: 20_240_328, version: 2)
  header[2] = 50_257
  header[3] = 50_256
  try FileWriter.write(to: arguments[1], replacing: false) { writer throws(FileError) in
    try writer.append(header)
    for token in 0..<50_257 {
      let bytes = token < 256 ? [UInt8(token)] : Array("token \(token)".utf8)
      try writer.append([UInt8(bytes.count)] + bytes)
    }
  }
} else {
  let gpt2 = try GPT2(contentsOf: arguments[1], tokenizer: arguments[2])
  let options = GenerationOptions(
    maximumTokens: 64, sampling: SamplingOptions(temperature: 0), stopsAtEndOfText: false)
  var times: [ContinuousClock.Instant] = []
  for try await _ in gpt2.generate("", options) { times.append(.now) }
  print(Double(times.count - 1) / ((times[times.count - 1] - times[0]) / .seconds(1)))
}
EOF
(cd "$work/reader" && swift build -c release >"$work/log" 2>&1) || {
  tail -n 20 "$work/log"
  fail "the depending package does not build"
}
fetched "$work/reader" "gpt2 swift-argument-parser"
answer=$("$work/reader/.build/release/reader" "$root/Tests/Fixtures")
say "$answer"
case "$answer" in *agrees) ;; *) fail "the depending package computes something else" ;; esac
story=$("$work/reader/.build/release/speaker" "$work/made/model_00000040.bin" "$work/byte.bin" | tr -d '\000')
[ -n "$story" ] || fail "README's example says nothing"
say "README's example says $(printf %s "$story" | wc -c) bytes"

say "3. decoding by the package's program and by the command"
decoder=$work/reader/.build/release/decoder
{
  "$decoder" "$work/words.bin" &&
    "$made" train --model d12 --data "$work/text_train.bin" --tokenizer "$work/words.bin" --output "$work/d12" \
      --positions 128 --steps 1 --batch-size 1 --sequence-length 16 --sample-interval 0 &&
    "$made" convert "$work/d12/model_00000001.bin" "$work/d12.gguf" --format q8_0 --without-tokenizer
} >"$work/log" 2>&1 || {
  tail -n 20 "$work/log"
  fail "a model of 124M's shape"
}
rm -rf "$work/d12"
by_app() { "$decoder" "$work/d12.gguf" "$work/words.bin"; }
by_command() {
  "$made" generate --model "$work/d12.gguf" --tokenizer "$work/words.bin" --max-tokens 64 --temperature 0 \
    --ignore-end-of-text 2>&1 >/dev/null | sed -n 's/.*decoding: .* s, \([0-9.]*\) tokens.*/\1/p'
}
for round in 1 2 3; do
  by_app >>"$work/app"
  by_command >>"$work/command"
done
median() { sort -n "$1" | awk 'NR == 2 { printf "%.1f", $1 }'; }
app=$(median "$work/app") command=$(median "$work/command")
[ -n "$app" ] && [ -n "$command" ] || fail "one of the two did not say how fast it decodes"
ratio=$(awk "BEGIN { printf \"%.2f\", $app / $command }")
say "tokens a second, q8_0, medians: $app by the package's program, $command by the command: ratio $ratio"
if [ -n "${GPT2_CHECK_SPEED-}" ] && awk "BEGIN { exit !($ratio < 0.95) }"; then
  fail "the package's program decodes at $ratio of the command's speed, expected at least 0.95"
fi
say "passed"
