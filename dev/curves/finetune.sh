#!/bin/sh
# Usage: finetune.sh GPT2 BASE TEXT DIR
# Trains nanoGPT's CPU configuration on the text BASE for 4,000 steps, then fine-tunes it on TEXT in several ways, beside
# training on TEXT from scratch, and prints the validation losses on the last tenth of TEXT as a table. Runs stay in DIR,
# which is made.
set -eu
gpt2=$1
base=$2
text=$3
dir=$4
here=$(dirname "$0")
mkdir "$dir"
"$here/byte-tokens.sh" "$gpt2" "$base" "$dir/base"
"$here/byte-tokens.sh" "$gpt2" "$text" "$dir/text"

train() {
  name=$1
  tokens=$2
  shift 2
  echo "finetune: $name" >&2
  "$gpt2" train --data "$dir/$tokens/train.bin" --validation "$dir/$tokens/val.bin" \
    --tokenizer "$dir/text/byte.bin" --batch-size 12 --sequence-length 64 --final-learning-rate 0.1 \
    --weight-decay 0.1 --beta2 0.99 --validation-batches -1 --sample-interval 0 --output "$dir/$name" "$@"
}
new="--model 4x4x128 --positions 64 --warm-up-steps 100 --learning-rate 3e-3"
train trained-on-base base $new --steps 4000 --validation-interval 1000
model="$dir/trained-on-base/model_00004000.bin"
tuned="--steps 1000 --validation-interval 100"
train from-scratch text $new $tuned
train all text --model "$model" $tuned --learning-rate 1e-3
train adapters-of-rank-8 text --model "$model" $tuned --learning-rate 1e-2 --lora-rank 8
train adapters-of-rank-32 text --model "$model" $tuned --learning-rate 1e-2 --lora-rank 32
train norms-and-biases text --model "$model" $tuned --learning-rate 1e-2 --train-only norms,biases

# The columns "step" and "validation_loss", of the steps that have one.
losses() {
  "$gpt2" report "$dir/$1" --csv | awk -F, -v name="$1" -v head="$2" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "validation_loss") column = i; next }
    $column != "" { steps = steps sprintf("%8d", $1); values = values sprintf("%8.4f", $column) }
    END { if (head) printf "%-20s%s\n", "steps", steps; printf "%-20s%s\n", name, values }'
}
losses trained-on-base head
losses from-scratch head
for name in all adapters-of-rank-8 adapters-of-rank-32 norms-and-biases; do losses $name ""; done
