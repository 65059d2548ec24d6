#!/bin/sh
# Usage: run.sh GPT2
# Trains a small GPT-2 from scratch and lets it speak. Works without a network, on what is there.
set -eu
[ $# -eq 1 ] || {
  echo "usage: run.sh GPT2" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) gpt2=$1 ;; *) gpt2=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."
. scripts/sources.sh

# Fails if the file cannot be had, which the run can do without. But a file of the user's that is not the
# expected one is no reason to train on something else behind their back.
have() {
  status=0
  scripts/fetch.sh "$@" || status=$?
  case $status in
  0 | 1) return $status ;;
  2) echo "run: stopped, because $1 is there but is not the expected file (see above)" >&2 ;;
  esac
  exit $status
}

text=data/tinyshakespeare.txt
have_text=no
have "$text" "$shakespeare" $shakespeare_bytes $shakespeare_sha256 && have_text=yes
tokenizer=data/gpt2_tokenizer.bin
have_tokenizer=no
have "$tokenizer" "$starter_pack/gpt2_tokenizer.bin" $tokenizer_bytes "$tokenizer_sha256" && have_tokenizer=yes

run=runs/first-$(date +%Y%m%d-%H%M%S)
mkdir -p runs
mkdir "$run" # Fails if it is there: two runs never share one.

if [ $have_text = yes ]; then
  prompt=ROMEO:
  echo "run: training on $text"
else
  echo "run: $text could not be had (see above); training on this repository's own sources and README"
  text=$run/sources.txt
  prompt='public func'
  { cat README.md; find Sources Tests -name '*.swift' | LC_ALL=C sort | xargs cat; } >"$text"
fi

if [ $have_tokenizer = yes ]; then
  echo "run: with the GPT-2 tokenizer, $tokenizer"
  # Nearly all of such a model is its table of 50,257 tokens, so it is kept narrow.
  settings="--batch-size 4 --steps 1000 --learning-rate 2e-3 --warm-up-steps 20"
else
  echo "run: $tokenizer could not be had (see above); with a tokenizer of single bytes"
  tokenizer=$run/byte_tokenizer.bin
  "$gpt2" tokenize --byte-level "$tokenizer"
  settings="--batch-size 16 --steps 3000 --learning-rate 4e-3 --warm-up-steps 50"
fi

"$gpt2" tokenize "$text" --tokenizer "$tokenizer" --output "$run/text"
# As many positions as are trained: what lies beyond would be noise to the model.
"$gpt2" train --model d2 --positions 64 --sequence-length 64 $settings --final-learning-rate 0.1 \
  --weight-decay 0.1 --validation-interval 500 --sample-interval 0 --data "$run/text_train.bin" \
  --validation "$run/text_val.bin" --tokenizer "$tokenizer" --output "$run"

model=$(ls "$run"/model_*.bin)
echo "run: the model speaks"
"$gpt2" generate --model "$model" --tokenizer "$tokenizer" --max-tokens 200 --temperature 0.8 --top-k 50 \
  --ignore-end-of-text --seed 1337
# To be typed in the repository's folder, as the other paths are meant from there too.
echo "run: once more with: ${gpt2#"$PWD"/} generate --model $model --tokenizer $tokenizer" \
  "--prompt '$prompt'"
