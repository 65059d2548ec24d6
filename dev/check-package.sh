#!/bin/sh
# Proves two things about Package.swift, from a fresh clone of what is committed:
# 1. a plain `swift build -c release` makes the fast program that make does: with vector instructions of the
#    building machine, the same weights bit for bit, and a step that takes as long;
# 2. another package can depend on this one by version, where SwiftPM allows no unsafe flags, gets the same
#    numbers, and can run README's example.
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

say "1. a plain build in a fresh clone"
git clone --quiet "$root" "$work/gpt2"
(cd "$work/gpt2" && swift build -c release --product gpt2 >"$work/log" 2>&1) || {
  tail -n 20 "$work/log"
  fail "swift build -c release"
}
plain=$work/gpt2/.build/release/gpt2
made=$root/.build/release/gpt2

if command -v objdump >/dev/null && [ "$(uname -m)" = x86_64 ]; then
  count() { objdump -d --no-show-raw-insn "$1" | grep -cE "%[yz]mm" || true; }
  a=$(count "$plain") b=$(count "$made")
  say "instructions on 256 or 512 bits: $a plain, $b by make"
  if grep -q avx2 /proc/cpuinfo 2>/dev/null && [ "$a" -lt 1000 ]; then
    fail "this machine has AVX2, but the plain build hardly uses it"
  fi
fi

{
  "$made" tokenize --byte-level "$work/byte.bin" &&
    "$made" tokenize Sources/Kernels/*.swift --tokenizer "$work/byte.bin" --output "$work/text"
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
step_time() { sed -n 's/^step 40.* | \([0-9]* ms\) .*/\1/p' "$work/$1.log"; }
train "$plain" plain
train "$made" made
say "milliseconds for a step (noisy): $(step_time plain) plain, $(step_time made) by make"
cmp "$work/plain/model_00000040.bin" "$work/made/model_00000040.bin" ||
  fail "the two programs' weights differ"
say "the same weights, bit for bit"

say "2. a package that depends on this one by version"
# A version that no release has: the clone brings the real tags along.
version=99.0.0
git -C "$work/gpt2" -c user.name=check -c user.email=check@localhost -c tag.gpgSign=false \
  tag --force --annotate $version -m "for the check" >/dev/null
mkdir -p "$work/reader/Sources/reader" "$work/reader/Sources/speaker"
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
  ])
EOF
cat >"$work/reader/Sources/reader/main.swift" <<'EOF'
import BinaryFiles
import Kernels
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
(cd "$work/reader" && swift build -c release >"$work/log" 2>&1) || {
  tail -n 20 "$work/log"
  fail "the depending package does not build"
}
answer=$("$work/reader/.build/release/reader" "$root/Tests/Fixtures")
say "$answer"
case "$answer" in *agrees) ;; *) fail "the depending package computes something else" ;; esac
story=$("$work/reader/.build/release/speaker" "$work/made/model_00000040.bin" "$work/byte.bin" | tr -d '\000')
[ -n "$story" ] || fail "README's example says nothing"
say "README's example says $(printf %s "$story" | wc -c) bytes"
say "passed"
