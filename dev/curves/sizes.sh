#!/bin/sh
# Usage: sizes.sh GPT2 TEXT DIR [TOKENIZER]
# Trains models of two to six layers on TEXT from nothing, each on several amounts of it and to the end of its schedule, and one
# of twelve to be predicted from them; DIR/runs.txt gets a line of each, for `ladder scaling --runs`. The learning rate is 0.006
# over the layers, the best of those tried at three sizes. SIZES names other sizes and steps, as "d2:150 d2:300 d3:150"; SEED
# another seed. Two runs at a time, of one thread each. Called again, it makes those that are missing.
# TEXT should have more tokens than the longest run, 2.5 million: no model then sees one twice.
set -eu
[ $# -eq 3 ] || [ $# -eq 4 ] || {
  sed -n '2,9s/^# //p' "$0" >&2
  exit 2
}
gpt2=$(realpath "$1")
text=$2
dir=$3
tokenizer=${4:-data/gpt2_tokenizer.bin}
seed=${SEED:-42}
mkdir -p "$dir"
[ -e "$dir/text_val.bin" ] || "$gpt2" tokenize "$text" --split drawn --validation-tokens 65536 --tokenizer "$tokenizer" \
  --output "$dir/text"

# Long runs first, so that both threads have work to the end.
sizes=${SIZES:-$(
  echo d12:600
  for steps in 2400 1200 600 300 150; do
    for depth in 6 5 4 3 2; do [ $steps = 2400 ] && [ $depth -gt 4 ] || echo "d$depth:$steps"; done
  done
)}

train() { # GPT2 TOKENIZER DIR SEED SIZE:STEPS
  size=${5%:*}
  steps=${5#*:}
  run=$3/$size-$steps-$4
  [ -e "$run.loss" ] && exit 0
  rate=$(awk "BEGIN { print 0.006 / ${size#d} }")
  echo "sizes: $size, $steps steps" >&2
  "$1" train --model "$size" --data "$3/text_train.bin" --validation "$3/text_val.bin" --tokenizer "$2" --output "$run" \
    --overwrite --batch-size 8 --sequence-length 128 --steps "$steps" --learning-rate "$rate" --warm-up-steps $((steps / 10)) \
    --weight-decay 0.1 --precision bf16 --threads 1 --seed "$4" --validation-interval "$steps" --validation-batches -1 \
    --sample-interval 0 --quiet >"$run.log" 2>&1 || {
    tail -n 5 "$run.log" >&2
    exit 255
  }
  loss=$(sed -n 's/.*"event":"validation","loss":\([0-9.]*\),"step":'"$steps"'[,}].*/\1/p' "$run/metrics.jsonl" | tail -n 1)
  [ -n "$loss" ] || {
    echo "sizes: $run/metrics.jsonl has no loss after step $steps" >&2
    exit 255
  }
  # Only the loss is wanted; the weights would be gigabytes.
  rm -f "$run"/*.bin
  echo "$size $((steps * 1024)) $loss" >"$run.loss"
}
# One run in a process of its own, for xargs.
[ "${SIZES_RUN:-}" = "" ] || {
  train "$gpt2" "$tokenizer" "$dir" "$seed" "$SIZES_RUN"
  exit 0
}
for each in $sizes; do echo "$each"; done | xargs -P 2 -I {} env SIZES_RUN={} "$0" "$gpt2" "$text" "$dir" "$tokenizer" || {
  echo "sizes: not all runs were made; the same command makes what is missing" >&2
  exit 1
}
{
  echo "# size tokens loss"
  for each in "$dir"/*.loss; do cat "$each"; done | sort -k 1.2n -k 2n
} >"$dir/runs.txt.new"
mv "$dir/runs.txt.new" "$dir/runs.txt"
echo "sizes: $(grep -vc '^#' "$dir/runs.txt") runs in $dir/runs.txt"
