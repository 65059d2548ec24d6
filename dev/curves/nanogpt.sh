#!/bin/sh
# Usage: nanogpt.sh GPT2 TEXT [train's options]
# nanoGPT's CPU configuration on TEXT, tinyshakespeare: 4 layers, 4 heads, 128 channels, T=64, B=12, 2,000 steps, the
# last tenth of the text for validation, of which all is taken. Tokens are bytes, of which Shakespeare uses 65. Options
# at the end come after nanoGPT's own: --learning-rate, --optimizer and --output, which must be named.
set -eu
gpt2=$1
text=$2
shift 2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$(dirname "$0")/byte-tokens.sh" "$gpt2" "$text" "$dir"
"$gpt2" train --model 4x4x128 --positions 64 --data "$dir/train.bin" --validation "$dir/val.bin" \
  --tokenizer "$dir/byte.bin" --batch-size 12 --sequence-length 64 --steps 2000 --final-learning-rate 0.1 \
  --warm-up-steps 100 --weight-decay 0.1 --beta2 0.99 --validation-interval 250 --validation-batches -1 \
  --sample-interval 0 "$@"
