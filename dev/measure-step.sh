#!/bin/sh
# Usage: measure-step.sh GPT2
# Measures a training step of GPT-2 124M at B=4, T=64: the figures in README. The tokenizer gives the model its 50,257
# tokens.
set -eu
[ $# -eq 1 ] || {
  echo "usage: measure-step.sh GPT2" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) gpt2=$1 ;; *) gpt2=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."
tokenizer=data/gpt2_tokenizer.bin
scripts/provide.sh gpt2_tokenizer.bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# Runs quietly, but not if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || {
    tail -n 5 "$work/log" >&2
    exit 1
  }
}
quietly "$gpt2" tokenize Sources/*/*.swift --tokenizer $tokenizer --output "$work/text"
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || uname -m
for precision in fp32 bf16; do
  quietly "$gpt2" train --model d12 --data "$work/text_train.bin" --tokenizer $tokenizer --output "$work/run" \
    --batch-size 4 --sequence-length 64 --steps 20 --validation-interval 0 --sample-interval 0 \
    --precision $precision --overwrite
  grep -E '^(model|data|work|memory|median)' "$work/log"
done
