#!/bin/sh
# Usage: finetune.sh GPT2
# Verifies OpenAI's GPT-2 124M against PyTorch's numbers, fine-tunes it on Shakespeare, and lets it speak.
set -eu
[ $# -eq 1 ] || {
  echo "usage: finetune.sh GPT2" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) gpt2=$1 ;; *) gpt2=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."
. scripts/sources.sh

missing=""
fetch() {
  status=0
  scripts/fetch.sh "data/$1" "$2" "$3" "${4:-}" || status=$?
  case $status in
  0) ;;
  1) missing="$missing data/$1" ;;
  2)
    echo "finetune: stopped, because data/$1 is there but is not the expected file (see above)" >&2
    exit 2
    ;;
  *) exit $status ;;
  esac
}
fetch gpt2_tokenizer.bin "$starter_pack/gpt2_tokenizer.bin" $tokenizer_bytes "$tokenizer_sha256"
[ -n "$missing" ] || fetch gpt2_124M.bin "$starter_pack/gpt2_124M.bin" $model_bytes
[ -n "$missing" ] || fetch gpt2_124M_debug_state.bin "$starter_pack/gpt2_124M_debug_state.bin" $state_bytes
[ -n "$missing" ] || fetch tinyshakespeare.txt "$shakespeare" $shakespeare_bytes $shakespeare_sha256
if [ -n "$missing" ]; then
  cat >&2 <<EOF
finetune: could not get$missing (see above). Without a network, put these files there by hand:
  data/gpt2_tokenizer.bin         \
$starter_pack/gpt2_tokenizer.bin ($tokenizer_bytes bytes)
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
mkdir -p runs
mkdir "$run" # Fails if it is there: two runs never share one.
"$gpt2" verify --model data/gpt2_124M.bin --state data/gpt2_124M_debug_state.bin
"$gpt2" tokenize data/tinyshakespeare.txt --tokenizer data/gpt2_tokenizer.bin --output "$run/text"
"$gpt2" train --model data/gpt2_124M.bin --data "$run/text_train.bin" --validation "$run/text_val.bin" \
  --tokenizer data/gpt2_tokenizer.bin --output "$run" --batch-size 4 --sequence-length 64 --steps 100 \
  --learning-rate 1e-4 --warm-up-steps 10 --validation-interval 50 --sample-interval 50
model=$(ls "$run"/model_*.bin)
echo "finetune: the model speaks"
"$gpt2" generate --model "$model" --tokenizer data/gpt2_tokenizer.bin --prompt 'ROMEO:' --max-tokens 100 \
  --temperature 0.8 --ignore-end-of-text --seed 1337
