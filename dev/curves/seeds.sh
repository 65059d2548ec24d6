#!/bin/sh
# Usage: seeds.sh GPT2 TEXT DIR NAME [train's options]
# nanogpt.sh with three seeds, on one thread. Prints of each its validation losses, and those of the averaged weights
# where the run keeps such. The runs stay, as DIR/NAME-SEED. SEEDS and DOCUMENTS choose other seeds, and documents.
set -eu
gpt2=$1
text=$2
dir=$3
name=$4
shift 4
mkdir -p "$dir"
for seed in ${SEEDS:-1 2 3}; do
  run=$dir/$name-$seed
  "$(dirname "$0")/nanogpt.sh" "$gpt2" "$text" --seed "$seed" --threads 1 --output "$run" "$@" >"$run.log" 2>&1
  "$gpt2" report "$run" --csv | awk -F, -v name="$name $seed" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /validation_loss/) columns[i] = $i; next }
    { for (i in columns) if ($i != "") values[i] = values[i] sprintf("%8.4f", $i) }
    END { for (i in columns) printf "%-24s%-21s%s\n", name, columns[i], values[i] }'
done
