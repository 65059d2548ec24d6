#!/bin/sh
# Usage: finetune.sh GPT2
# Verifies OpenAI's GPT-2 124M against PyTorch's numbers, fine-tunes it on Shakespeare, and lets it speak.
set -eu
cd "$(dirname "$0")/.."
gpt2=$1
. scripts/sources.sh

missing=""
fetch() { scripts/fetch.sh "data/$1" "$2" ${3:-} || missing="$missing data/$1"; }
fetch gpt2_tokenizer.bin "$starter_pack/gpt2_tokenizer.bin"
[ -n "$missing" ] || fetch gpt2_124M.bin "$starter_pack/gpt2_124M.bin" $model_bytes
[ -n "$missing" ] || fetch gpt2_124M_debug_state.bin "$starter_pack/gpt2_124M_debug_state.bin" $state_bytes
[ -n "$missing" ] || fetch tinyshakespeare.txt "$shakespeare" $shakespeare_bytes
if [ -n "$missing" ]; then
  cat >&2 <<EOF
finetune: could not get$missing. Without a network, put these files there by hand:
  data/gpt2_tokenizer.bin         \
$starter_pack/gpt2_tokenizer.bin
  data/gpt2_124M.bin              \
$starter_pack/gpt2_124M.bin ($model_bytes bytes)
  data/gpt2_124M_debug_state.bin  \
$starter_pack/gpt2_124M_debug_state.bin ($state_bytes bytes)
  data/tinyshakespeare.txt        \
$shakespeare ($shakespeare_bytes bytes)
EOF
  exit 2
fi

run=runs/finetune-$(date +%Y%m%d-%H%M%S)
mkdir -p "$run"
"$gpt2" verify --model data/gpt2_124M.bin --state data/gpt2_124M_debug_state.bin
"$gpt2" tokenize data/tinyshakespeare.txt --tokenizer data/gpt2_tokenizer.bin --output "$run/text"
"$gpt2" train --model data/gpt2_124M.bin --data "$run/text_train.bin" --validation "$run/text_val.bin" \
  --tokenizer data/gpt2_tokenizer.bin --output "$run" --batch-size 4 --sequence-length 64 --steps 100 \
  --learning-rate 1e-4 --warm-up-steps 10 --validation-interval 50 --sample-interval 50
model=$(ls "$run"/model_*.bin)
echo "finetune: the model speaks"
"$gpt2" generate --model "$model" --tokenizer data/gpt2_tokenizer.bin --prompt 'ROMEO:' --max-tokens 100 \
  --temperature 0.8 --ignore-end-of-text
