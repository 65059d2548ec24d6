#!/bin/sh
# Usage: run.sh GPT2
# Trains a small GPT-2 on Shakespeare from scratch and lets it speak; all it needs is in the repository.
set -eu
[ $# -eq 1 ] || {
  echo "usage: run.sh GPT2" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) gpt2=$1 ;; *) gpt2=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."

text=data/tinyshakespeare.txt
tokenizer=data/gpt2_tokenizer.bin
scripts/provide.sh tinyshakespeare.txt gpt2_tokenizer.bin

run=runs/first-$(date +%Y%m%d-%H%M%S)
mkdir -p runs
mkdir "$run" # Fails if it is there: two runs never share one.

echo "run: training on $text with the GPT-2 tokenizer, $tokenizer"
"$gpt2" tokenize "$text" --tokenizer "$tokenizer" --output "$run/text"
# As many positions as are trained: what lies beyond would be noise to the model. Nearly all of such a model is its
# table of 50,257 tokens, so it is kept narrow.
"$gpt2" train --model d2 --positions 64 --sequence-length 64 --batch-size 4 --steps 1000 --learning-rate 2e-3 \
  --warm-up-steps 20 --final-learning-rate 0.1 --weight-decay 0.1 --validation-interval 500 --sample-interval 0 \
  --data "$run/text_train.bin" --validation "$run/text_val.bin" --tokenizer "$tokenizer" --output "$run"

model=$(ls "$run"/model_*.bin)
echo "run: the model speaks"
"$gpt2" generate --model "$model" --tokenizer "$tokenizer" --max-tokens 200 --temperature 0.8 --top-k 50 \
  --ignore-end-of-text --seed 1337
# To be typed in the repository's folder, as the other paths are meant from there too.
echo "run: once more with: ${gpt2#"$PWD"/} generate --model $model --tokenizer $tokenizer" \
  "--prompt 'ROMEO:'"
