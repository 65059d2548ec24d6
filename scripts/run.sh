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
  echo "run: training on $text"
else
  text=$run/sources.txt
  echo "run: no network and no data/tinyshakespeare.txt; training on this repository's own sources and README"
  { cat README.md; find Sources Tests -name '*.swift' | LC_ALL=C sort | xargs cat; } >"$text"
fi

tokenizer=data/gpt2_tokenizer.bin
if scripts/fetch.sh "$tokenizer" "$starter_pack/gpt2_tokenizer.bin"; then
  echo "run: with the GPT-2 tokenizer, $tokenizer"
  # Half of such a model is its table of 50,257 tokens, so it is kept narrow.
  size="--model d2 --batch-size 8 --sequence-length 64 --steps 500 --learning-rate 3e-3"
else
  tokenizer=$run/byte_tokenizer.bin
  echo "run: no network and no data/gpt2_tokenizer.bin; with a tokenizer of single bytes"
  "$gpt2" tokenize --byte-level "$tokenizer"
  size="--model d4 --batch-size 16 --sequence-length 128 --steps 400 --learning-rate 2e-3"
fi

"$gpt2" tokenize "$text" --tokenizer "$tokenizer" --output "$run/text"
"$gpt2" train $size --positions 256 --warm-up-steps 20 --final-learning-rate 0.1 --weight-decay 0.1 \
  --data "$run/text_train.bin" --validation "$run/text_val.bin" --tokenizer "$tokenizer" --output "$run"

model=$(ls "$run"/model_*.bin)
echo "run: the model speaks"
"$gpt2" generate --model "$model" --tokenizer "$tokenizer" --max-tokens 200 --temperature 0.8 --top-k 50 \
  --ignore-end-of-text
echo "run: once more with: $gpt2 generate --model $model --tokenizer $tokenizer --prompt 'ROMEO:' --seed 2"
