#!/bin/sh
# Usage: run.sh GPT2
# Trains a small GPT-2 from scratch and lets it speak. Works without a network, on what is there.
set -eu
cd "$(dirname "$0")/.."
gpt2=$1
. scripts/sources.sh

run=runs/first-$(date +%Y%m%d-%H%M%S)
mkdir -p "$run"

text=data/tinyshakespeare.txt
if scripts/fetch.sh "$text" "$shakespeare" $shakespeare_bytes; then
  prompt=ROMEO:
  echo "run: training on $text"
else
  text=$run/sources.txt
  prompt='public func'
  echo "run: no network and no data/tinyshakespeare.txt; training on this repository's own sources and README"
  { cat README.md; find Sources Tests -name '*.swift' | LC_ALL=C sort | xargs cat; } >"$text"
fi

tokenizer=data/gpt2_tokenizer.bin
if scripts/fetch.sh "$tokenizer" "$starter_pack/gpt2_tokenizer.bin"; then
  echo "run: with the GPT-2 tokenizer, $tokenizer"
  # Nearly all of such a model is its table of 50,257 tokens, so it is kept narrow.
  settings="--batch-size 4 --steps 1000 --learning-rate 2e-3 --warm-up-steps 20"
else
  tokenizer=$run/byte_tokenizer.bin
  echo "run: no network and no data/gpt2_tokenizer.bin; with a tokenizer of single bytes"
  "$gpt2" tokenize --byte-level "$tokenizer"
  settings="--batch-size 16 --steps 3000 --learning-rate 4e-3 --warm-up-steps 50"
fi

"$gpt2" tokenize "$text" --tokenizer "$tokenizer" --output "$run/text"
# As many positions as are trained: what lies beyond would be noise to the model.
"$gpt2" train --model d2 --positions 64 --sequence-length 64 $settings --final-learning-rate 0.1 \
  --weight-decay 0.1 --validation-interval 500 --data "$run/text_train.bin" --validation "$run/text_val.bin" --tokenizer "$tokenizer" --output "$run"

model=$(ls "$run"/model_*.bin)
echo "run: the model speaks"
"$gpt2" generate --model "$model" --tokenizer "$tokenizer" --max-tokens 200 --temperature 0.8 --top-k 50 \
  --ignore-end-of-text
echo "run: once more with: $gpt2 generate --model $model --tokenizer $tokenizer --prompt '$prompt' --seed 2"
