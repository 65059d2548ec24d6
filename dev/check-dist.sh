#!/bin/sh
# Usage: check-dist.sh [ARCHIVE]
# Proves that the program in the archive, by default the newest in dist/, needs nothing of the machine but its system:
# that it is static and stripped, and that it verifies, trains, generates and refuses as it should, here and on two old
# processors that qemu-user emulates: Nehalem of 2008, without AVX, and Haswell of 2013, without AVX-512. On them an
# instruction of a newer one ends the program.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
say() { echo "check-dist: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}
archive=${1:-$(ls -t dist/gpt2-*-linux-x86_64.tar.gz 2>/dev/null | head -n 1)}
[ -f "$archive" ] || {
  say "there is no archive; make one with: make dist" >&2
  exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if ! command -v qemu-x86_64 >/dev/null; then
  say "qemu-x86_64 was not found; installing qemu-user with apt-get"
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$work/log" 2>&1; }
  apt install -y -q qemu-user || { apt update -q && apt install -y -q qemu-user; } || {
    tail -n 5 "$work/log" >&2
    say "apt-get could not install qemu-user; install it by hand and try again" >&2
    exit 2
  }
fi

say "1. the archive"
tar -C "$work" -xzf "$archive"
top=$(ls "$work" | grep '^gpt2-')
gpt2=$work/$top/bin/gpt2
say "$(basename "$archive"): $(wc -c <"$archive") bytes; bin/gpt2: $(wc -c <"$gpt2") bytes"
case "$(file -b "$gpt2" 2>/dev/null)" in
*"statically linked"*", stripped"*) say "static and stripped, says file" ;;
"") say "file is not installed, so only ldd is asked" ;;
*) fail "file says: $(file -b "$gpt2")" ;;
esac
for program in gpt2 gpt2-serve; do
  if ldd "$work/$top/bin/$program" >"$work/log" 2>&1; then fail "$program needs libraries: $(cat "$work/log")"; fi
done
say "bin/gpt2-serve: $(wc -c <"$work/$top/bin/gpt2-serve") bytes"
for name in README LICENSE share/doc/gpt2/LICENSE share/man/man1/gpt2.1 share/man/man1/gpt2.train.1 \
  share/bash-completion/completions/gpt2 share/zsh/site-functions/_gpt2 \
  share/fish/vendor_completions.d/gpt2.fish share/man/man1/gpt2-serve.1 \
  share/bash-completion/completions/gpt2-serve share/zsh/site-functions/_gpt2-serve \
  share/fish/vendor_completions.d/gpt2-serve.fish; do
  [ -s "$work/$top/$name" ] || fail "$name is missing or empty"
done
bash -n "$work/$top/share/bash-completion/completions/gpt2" || fail "bash cannot read its completions"

# Runs the program as `processor` says, and checks how it ends: its output is in $work/out and $work/err.
expect() {
  code=$1
  shift
  status=0
  $processor "$gpt2" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [ "$status" -eq "$code" ] || {
    tail -n 20 "$work/out" "$work/err" >&2
    fail "gpt2 $1 ended with $status, expected $code, on: ${processor:-this machine}"
  }
}

fixtures=Tests/Fixtures
verify() { # MODEL, and what more it is to be told
  model=$1
  shift
  expect 0 verify --model $fixtures/$model.bin --state $fixtures/${model}_debug_state.bin "$@"
}
# gpt2 serve finds the program beside it, which answers, and ends when it is told to.
serve() { # RUN
  $processor "$gpt2" serve --model "served=$1" --port 0 2>"$work/log" &
  server=$!
  tries=0
  until grep -q listening "$work/log"; do
    tries=$((tries + 1))
    kill -0 "$server" 2>/dev/null && [ $tries -lt 600 ] || fail "gpt2-serve does not listen: $(cat "$work/log")"
    sleep 0.1
  done
  address=$(sed -n 's/.*address=\(http[^ ]*\).*/\1/p' "$work/log")
  curl -sf "$address/v1/completions" -d '{"prompt": "GPT-2", "max_tokens": 4, "ignore_eos": true}' >"$work/out" ||
    fail "gpt2-serve does not answer: $(cat "$work/log")"
  grep -q '"text"' "$work/out" || fail "gpt2-serve answers without a text: $(cat "$work/out")"
  kill -TERM "$server"
  wait "$server" || fail "gpt2-serve ended with $?"
}
check() {
  run=$1
  expect 0 --version
  for model in awkward tiny; do
    verify $model --losses $fixtures/${model}_losses_llmc.txt --losses $fixtures/${model}_losses_strict.txt
    verify $model --precision bf16
  done
  expect 0 tokenize README.md --byte-level "$work/$run.byte.bin" --output "$work/$run.text"
  expect 0 train --model d2 --positions 16 --batch-size 2 --sequence-length 16 --steps 3 \
    --validation-batches 2 --sample-interval 0 --data "$work/$run.text_train.bin" \
    --validation "$work/$run.text_val.bin" --tokenizer "$work/$run.byte.bin" --output "$work/$run"
  model=$work/$run/model_00000003.bin
  for format in q8_0 q4_0; do
    expect 0 convert "$model" "$work/$run.$format.gguf" --tokenizer "$work/$run.byte.bin" --format $format
    expect 0 generate --model "$work/$run.$format.gguf" --prompt 'GPT-2' --max-tokens 8 --temperature 0 \
      --ignore-end-of-text
    [ -s "$work/out" ] || fail "generate said nothing"
  done
  expect 0 report "$work/$run"
  serve "$work/$run"
  # What must fail, and how.
  expect 2 generate --model "$work/missing.bin" --tokenizer "$work/$run.byte.bin"
  expect 2 train --no-such-option
  expect 2 verify --model README.md --state README.md
  expect 1 verify --model $fixtures/tiny.bin --state $fixtures/tiny_debug_state.bin --recipe llmc \
    --losses $fixtures/awkward_losses_llmc.txt
}

say "2. here"
processor=""
check here
say "version $("$gpt2" --version)"
for name in Nehalem Haswell; do
  say "3. on an emulated $name"
  # A model without some instruction that its chip had is a warning, which does not matter.
  processor="qemu-x86_64 -cpu $name"
  check "$name"
done
say "passed"
