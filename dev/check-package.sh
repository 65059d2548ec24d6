#!/bin/sh
# Usage: check-package.sh
# Proves three things about Package.swift, of what is committed:
# 1. make's build is a plain `swift build -c release`, with kernels for all processors, and a fresh clone of the package
#    fetches nothing that only the server needs;
# 2. another package can depend on this one by version, whatever its own modules are called, gets the same text as the
#    command writes, can run README's examples and those of dev/examples, and fetches nothing of the server's either;
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
cp -R "$root/dev/examples" "$work/reader"
rm -rf "$work/reader/.build" "$work/reader/Package.resolved"
sed "s|\.package(name: \"gpt2\", path: \"../..\")|.package(url: \"file://$work/gpt2\", exact: \"$version\")|" \
  "$root/dev/examples/Package.swift" >"$work/reader/Package.swift"
grep -q "exact: \"$version\"" "$work/reader/Package.swift" || fail "dev/examples names this package otherwise"
# Programs of the reader's own, and modules whose names were ours, or are those of packages that people use beside.
others="Generation Training Tokens Kernels Platform Charts Server CZlib"
sed -i.before "/^  targets: \[/a\\
    .executableTarget(\\
      name: \"speaker\",\\
      dependencies: [\\
        .product(name: \"GPT2Training\", package: \"gpt2\"),\\
        $(for name in $others; do printf '"%s", ' "$name"; done)\\
      ]),\\
    .executableTarget(name: \"decoder\", dependencies: [.product(name: \"GPT2Kit\", package: \"gpt2\")]),\\
    $(for name in $others; do printf '.target(name: "%s"), ' "$name"; done)
" "$work/reader/Package.swift"
for name in $others speaker decoder; do mkdir -p "$work/reader/Sources/$name"; done
for name in $others; do echo "public let nameOf$name = \"$name\"" >"$work/reader/Sources/$name/Name.swift"; done
# README's examples, and a program that calls them.
cp Tests/GPT2KitTests/ReadmeExample.swift Tests/GPT2TrainingTests/ReadmeTrainingExample.swift \
  "$work/reader/Sources/speaker"
{
  for name in $others; do echo "import $name"; done
  cat <<'EOF'

if CommandLine.arguments.count == 2 {
  try await trainAndTell(CommandLine.arguments[1])
} else {
  try await tellAStory(model: CommandLine.arguments[1], tokenizer: CommandLine.arguments[2])
}
EOF
} >"$work/reader/Sources/speaker/main.swift"
# Prints how many tokens a second it decodes.
cat >"$work/reader/Sources/decoder/main.swift" <<'EOF'
import GPT2Kit

let arguments = CommandLine.arguments
let gpt2 = try GPT2(contentsOf: arguments[1], tokenizer: arguments[2])
let options = GenerationOptions(
  maximumTokens: 64, sampling: SamplingOptions(temperature: 0), stopsAtEndOfText: false)
var times: [ContinuousClock.Instant] = []
for try await _ in gpt2.generate("", options) { times.append(.now) }
print(Double(times.count - 1) / ((times[times.count - 1] - times[0]) / .seconds(1)))
EOF
(cd "$work/reader" && swift build -c release >"$work/log" 2>&1) || {
  tail -n 20 "$work/log"
  fail "the depending package does not build"
}
fetched "$work/reader" "gpt2 swift-argument-parser"
programs=$work/reader/.build/release
model=$work/made/model_00000040.bin
# In bytes, for a model of 40 steps writes what is no text.
"$programs/speaker" "$model" "$work/byte.bin" >"$work/story"
"$made" generate --model "$model" --tokenizer "$work/byte.bin" --prompt "Once upon a time" --max-tokens 50 \
  --temperature 0.8 --top-p 0.95 --seed 1337 2>"$work/log" >"$work/told" || fail "generate: $(cat "$work/log")"
told=$(cat "$work/told"; echo .) story=$(printf 'Once upon a time'; cat "$work/story"; printf '\n.')
[ "$told" = "$story" ] || fail "README's example writes something else than the command"
say "README's first example writes what the command does, $(wc -c <"$work/story") bytes"
"$programs/speaker" "$(head -c 3000 README.md)" >"$work/trained" || fail "README's second example"
say "README's second example trained $(grep -c '^[0-9.]*$' "$work/trained") steps, and spoke"
"$programs/train-and-stream" README.md >"$work/trained" || fail "train-and-stream"
grep -q '^step 200: loss [0-9.]*$' "$work/trained" || fail "train-and-stream does not train"
say "train-and-stream: $(grep '^step 200' "$work/trained")"
"$programs/stream" "$model" "Once" "$work/byte.bin" >"$work/told" || fail "stream"
[ -s "$work/told" ] || fail "stream writes nothing"
if "$programs/stream" "$work/nowhere" "Once" 2>"$work/log"; then fail "stream opens what is not there"; fi
grep -q "^stream: $work/nowhere: no such file" "$work/log" || fail "stream says: $(cat "$work/log")"
answer=$("$programs/app-model" "$work/learnt")
say "app-model $answer"
case "$answer" in "went on, and wrote"*) ;; *) fail "app-model" ;; esac

say "3. decoding by the package's program and by the command"
decoder=$programs/decoder
gunzip -c scripts/data/gpt2_tokenizer.bin.gz >"$work/words.bin"
{
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
