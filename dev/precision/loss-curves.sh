#!/bin/sh
# Usage: loss-curves.sh [-m MODEL] [-s STEPS] [-r LEARNING_RATE] GPT2 [DATA_TRAIN]
# Trains the same new model (d12 if not told otherwise) from the same weights on the same batches (B=4, T=64) in
# fp32 and in bf16, prints both loss curves side by side, and how far apart they are. A third run, in fp32 from
# other random weights on the same batches, is the yardstick: what chance alone does to such a curve.
#
# DATA_TRAIN is a token file made with data/gpt2_tokenizer.bin; without one, data/tinyshakespeare.txt is
# tokenized. Three runs of 200 steps of d12 take some ten minutes on two cores; d4 a tenth.
set -eu
usage() {
  echo "usage: loss-curves.sh [-m MODEL] [-s STEPS] [-r LEARNING_RATE] GPT2 [DATA_TRAIN]" >&2
  exit 2
}
model=d12 steps=200 rate=3e-4
while getopts m:s:r: option; do
  case $option in
  m) model=$OPTARG ;;
  s) steps=$OPTARG ;;
  r) rate=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || [ $# -eq 2 ] || usage
# Paths are meant from where the caller stands.
absolute() {
  case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac
}
gpt2=$(absolute "$1")
data=${2:+$(absolute "$2")}
CDPATH= cd -- "$(dirname -- "$0")/../.."
tokenizer=data/gpt2_tokenizer.bin
text=data/tinyshakespeare.txt
scripts/provide.sh gpt2_tokenizer.bin tinyshakespeare.txt
[ -z "$data" ] || [ -f "$data" ] || {
  echo "loss-curves: $data is missing" >&2
  exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# Runs quietly, but not if it fails.
quietly() {
  "$@" 2>"$work/log" || {
    tail -n 5 "$work/log" >&2
    exit 1
  }
}

if [ -z "$data" ]; then
  quietly "$gpt2" tokenize $text --tokenizer $tokenizer --output "$work/text"
  data=$work/text_train.bin
fi

# Writes "step loss milliseconds" lines, one a step, to $work/NAME.
train() {
  name=$1 precision=$2 seed=$3
  echo "loss-curves: $name, $steps steps of $model" >&2
  quietly "$gpt2" train --model "$model" --data "$data" --tokenizer $tokenizer --output "$work/run-$name" \
    --precision "$precision" --seed "$seed" --steps "$steps" --learning-rate "$rate" --warm-up-steps 20 \
    --validation-interval 0 --sample-interval 0 --json >"$work/events"
  sed -n 's/.*"event":"step".*"loss":\([^,]*\),"milliseconds":\([^,]*\),"step":\([0-9]*\),.*/\3 \1 \2/p' \
    "$work/events" >"$work/$name"
  rm -r "$work/run-$name"
  # A change of the events must not look like curves that agree.
  [ "$(wc -l <"$work/$name")" -eq "$steps" ] || {
    echo "loss-curves: found $(wc -l <"$work/$name") losses in the events, expected $steps" >&2
    exit 1
  }
}
train fp32 fp32 42
train bf16 bf16 42
train other fp32 43

paste "$work/fp32" "$work/bf16" "$work/other" | awk '
  function size(x) { return x < 0 ? -x : x }
  BEGIN {
    roundingStep = chanceStep = 1
    print "  step      fp32      bf16   bf16-fp32   other weights   other-fp32"
  }
  {
    rounding = $5 - $2; chance = $8 - $2
    roundings += size(rounding); chances += size(chance)
    if (size(rounding) > roundingMost) { roundingMost = size(rounding); roundingStep = $1 }
    if (size(chance) > chanceMost) { chanceMost = size(chance); chanceStep = $1 }
    times32 += $3; times16 += $6
    if ($1 == 1 || $1 % 10 == 0)
      printf "%6d  %8.4f  %8.4f  %+10.5f  %14.4f  %+11.5f\n", $1, $2, $5, rounding, $8, chance
  }
  END {
    printf "bf16 against fp32:                largest %.5f (step %d), mean %.5f\n", \
      roundingMost, roundingStep, roundings / NR
    printf "other weights, fp32 against fp32: largest %.5f (step %d), mean %.5f\n", \
      chanceMost, chanceStep, chances / NR
    printf "mean time of a step: fp32 %.0f ms, bf16 %.0f ms\n", times32 / NR, times16 / NR
  }'
