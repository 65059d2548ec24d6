#!/bin/sh
# Usage: measure-step.sh GPT2
# Measures a training step of GPT-2 124M at B=4, T=64: the figures in README. Needs data/gpt2_tokenizer.bin,
# which gives the model its 50,257 tokens.
set -eu
cd "$(dirname "$0")/.."
gpt2=$1
tokenizer=data/gpt2_tokenizer.bin
[ -f $tokenizer ] || {
  echo "measure-step: $tokenizer is missing; fetch it with: make run" >&2
  exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$gpt2" tokenize Sources/*/*.swift --tokenizer $tokenizer --output "$work/text" 2>/dev/null
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || uname -m
"$gpt2" train --model d12 --data "$work/text_train.bin" --tokenizer $tokenizer --output "$work/run" \
  --batch-size 4 --sequence-length 64 --steps 20 --validation-interval 0 2>&1 | grep -E '^(model|data|memory|median)'
