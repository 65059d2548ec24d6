#!/bin/sh
# What training low-rank adapters over weights takes in each format that they can stay in: peak memory, time of a step, and
# the validation loss before and after STEPS steps (20 if not given) of BATCH sequences of LENGTH tokens (4 and 64). The model
# is rounded when it is opened; MODEL is an fp32 checkpoint.
#
#   dev/precision/adapters.sh MODEL TOKENIZER TRAIN.bin VALIDATION.bin [STEPS [BATCH LENGTH]]
set -eu
CDPATH= cd -- "$(dirname -- "$0")/../.."
case $# in
4 | 5 | 7) ;;
*)
  echo "usage: dev/precision/adapters.sh MODEL TOKENIZER TRAIN.bin VALIDATION.bin [STEPS [BATCH LENGTH]]" >&2
  exit 2
  ;;
esac
steps=${5:-20}
batch=${6:-4}
length=${7:-64}
gpt2=.build/release/gpt2
[ -x "$gpt2" ] || {
  echo "adapters: found no $gpt2, expected the command; run make build" >&2
  exit 2
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
echo "weights  peak memory  ms a step  loss before  after"
for format in fp32 bf16 q8_0 q4_0; do
  "$gpt2" train --model "$1" --tokenizer "$2" --quantize $format --data "$3" --validation "$4" --validation-batches 20 \
    --validation-interval "$steps" --output "$dir/run" --overwrite --batch-size "$batch" --sequence-length "$length" \
    --lora-rank 8 --steps "$steps" --learning-rate 1e-4 --schedule constant --sample-interval 0 2>"$dir/log" || {
    cat "$dir/log" >&2
    exit 2
  }
  memory=$(sed -n 's/.*peak memory \([0-9.]* [A-Za-z]*\).*/\1/p' "$dir/log")
  time=$(sed -n 's/^median of [0-9]* steps: \([0-9]*\) ms.*/\1/p' "$dir/log")
  losses=$(sed -n 's/^validation loss after step [0-9]*: //p' "$dir/log" | tr '\n' ' ')
  printf '%-7s  %11s  %9s  %s\n' $format "$memory" "$time" "$(echo $losses | sed 's/ /       /')"
done
