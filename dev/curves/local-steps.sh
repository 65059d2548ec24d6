#!/bin/sh
# Usage: local-steps.sh GPT2 TEXT DIR SEED...
# What rare exchange costs of what is learnt: nanoGPT's CPU configuration on TEXT, tinyshakespeare, by two processes of six
# sequences each, 600 updates of 768 tokens; an exchange at every step beside one every 10 and every 30, with AdamW
# and Muon. GPT2 is the program that `make mpi` builds. Prints of each run its validation losses, over the whole last tenth of
# the text, and the seconds it took. DIR gets the runs, which stay there.
# LOCAL, OPTIMIZERS and OPTIONS choose other intervals (1: every step), optimizers and options of train for all.
set -eu
gpt2=$1
text=$2
dir=$3
shift 3
"$(dirname "$0")/byte-tokens.sh" "$gpt2" "$text" "$dir" 2>"$dir.log"
launcher="${MPIRUN:-mpirun --oversubscribe --bind-to none --mca btl_vader_single_copy_mechanism none}"
[ "$(id -u)" -ne 0 ] || launcher="$launcher --allow-run-as-root"
for optimizer in ${OPTIMIZERS:-adamw muon}; do
  for local in ${LOCAL:-1 10 30}; do
    for seed in "$@"; do
      [ "$local" -eq 1 ] && apart="" || apart="--local-steps $local"
      run=$dir/$optimizer-$local-$seed
      start=$(date +%s)
      $launcher -n 2 "$gpt2" train --model 4x4x128 --positions 64 --data "$dir/train.bin" \
        --validation "$dir/val.bin" --tokenizer "$dir/byte.bin" --batch-size 6 --sequence-length 64 \
        --total-batch-size 768 --steps 600 --learning-rate 3e-3 --final-learning-rate 0.1 --warm-up-steps 100 \
        --weight-decay 0.1 --beta2 0.99 --validation-interval 150 --validation-batches -1 --sample-interval 0 \
        --optimizer "$optimizer" --seed "$seed" --output "$run" --threads 1 --overwrite $apart ${OPTIONS:-} >"$run.log" 2>&1
      end=$(date +%s)
      grep '"event":"validation"' "$run/metrics.jsonl" | sed 's/.*"loss":\([0-9.]*\).*/\1/' | tr '\n' ' ' |
        awk -v name="$optimizer $local $seed" -v time=$((end - start)) '{ print name ": " $0 " " time " s" }'
    done
  done
done
