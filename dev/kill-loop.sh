#!/bin/sh
# Usage: kill-loop.sh GPT2 [KILLS]
# Kills a training run with SIGKILL again and again, at random moments, most of them while it writes: it saves a
# checkpoint after every step. After each kill the newest checkpoint must be no older than the one before, and must
# load. In the end the weights, the optimizer's state and the progress must have the bytes of a run that was never
# disturbed. Exit code 1 if they have not. With ADAPTERS=1 it is low-rank adapters that are trained.
set -eu
gpt2=$1
kills=${2:-100}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
steps=$((kills * 4))

cat "$(dirname "$0")"/../README.md >"$dir/text.txt"
"$gpt2" tokenize "$dir/text.txt" --byte-level "$dir/byte.bin" --output "$dir/text" 2>"$dir/log"
model="--model d4 --positions 32"
weights=model
if [ -n "${ADAPTERS:-}" ]; then
  "$gpt2" train $model --steps 1 --batch-size 2 --sequence-length 32 --data "$dir/text_train.bin" --output "$dir/base" \
    --tokenizer "$dir/byte.bin" 2>"$dir/log"
  model="--model $dir/base/model_00000001.bin --lora-rank 4"
  weights=adapters
fi
train() {
  output=$1
  shift
  exec "$gpt2" train $model --batch-size 2 --sequence-length 32 --data "$dir/text_train.bin" \
    --validation "$dir/text_val.bin" --tokenizer "$dir/byte.bin" --output "$dir/$output" --steps $steps \
    --total-batch-size 128 --checkpoint-interval 1 --keep-checkpoints 2 --major-interval 100 --keep-best \
    --validation-interval 10 --validation-batches 2 --sample-interval 50 --resume "$@"
}
newest() { ls "$dir/run" 2>/dev/null | sed -n 's/^DONE_0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1; }

echo "kill-loop: $steps steps undisturbed"
(train straight) 2>"$dir/log"
last=0
killed=0
while [ $killed -lt "$kills" ]; do
  (train run) 2>"$dir/log" &
  pid=$!
  # From before the first step to some saves later.
  sleep "$(awk "BEGIN { srand($killed * 7919 + $$); printf \"%.3f\", 0.02 + rand() * 0.6 }")"
  kill -9 $pid 2>/dev/null || break # Done before we came.
  wait $pid 2>/dev/null || true
  killed=$((killed + 1))
  now=$(newest)
  now=${now:-0}
  if [ "$now" -lt "$last" ]; then
    echo "kill-loop: FAILED: kill $killed took the newest checkpoint from step $last to $now" >&2
    exit 1
  fi
  if [ "$now" -gt 0 ]; then
    # The best, or else the last: of adapters with the model that they were trained on.
    "$gpt2" generate --model "$dir/run" --tokenizer "$dir/byte.bin" --max-tokens 1 \
      >"$dir/log" 2>&1 || {
      echo "kill-loop: FAILED: after kill $killed the model of step $now does not load" >&2
      exit 1
    }
  fi
  last=$now
done
echo "kill-loop: $killed kills; the newest checkpoint is step $last of $steps; finishing"
(train run) 2>"$dir/log"
for name in ${weights}_%08d.bin state_%08d_00000.bin progress_%08d.json; do
  file=$(printf "$name" $steps)
  cmp "$dir/straight/$file" "$dir/run/$file" || exit 1
done
if ls "$dir/run" | grep -q partial; then
  echo "kill-loop: FAILED: something half-written was left behind" >&2
  exit 1
fi
echo "kill-loop: after $killed kills all bytes are those of the undisturbed run"
