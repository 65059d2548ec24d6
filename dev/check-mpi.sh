#!/bin/sh
# Usage: check-mpi.sh [KILLS | kills]
# Holds training over many processes to its word, with the program that `make mpi` built: a run has the same bits on 1, 2,
# 4 and 8 processes, also if it goes on with another number; what cannot work is refused in one line; and whatever is
# done to a process, nothing that was saved is lost (KILLS of them, 3 if not given). Works as root, on two processors.
# KILLS=100 check-mpi.sh kills tries nothing but the kills.
# MPIRUN and GPT2 name another launcher and the program that was built for it:
#   GPT2_MPI=mpich swift build -c release --scratch-path .build-mpich --traits MPI,OpenBLAS --product gpt2
#   MPIRUN=mpirun.mpich GPT2=.build-mpich/release/gpt2 dev/check-mpi.sh
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
only=""
kills=${1:-3}
if [ "$kills" = kills ]; then
  only=kills
  kills=${KILLS:-100}
fi
mpirun=${MPIRUN:-mpirun}
gpt2=${GPT2:-.build-mpi/release/gpt2}
case $gpt2 in /*) ;; *) gpt2=$PWD/$gpt2 ;; esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
say() { echo "check-mpi: $*"; }
fail() {
  say "FAILED: $*" >&2
  tail -n 20 "$dir/log" >&2
  exit 1
}

# Open MPI starts nothing as root, and no more processes than cores, unless it is told to. Shared memory of containers
# may not be traced by other processes, which it warns of.
options=""
if "$mpirun" --version 2>/dev/null | grep -q "Open MPI"; then
  options="--oversubscribe --bind-to none --mca btl_vader_single_copy_mechanism none"
  [ "$(id -u)" -ne 0 ] || options="$options --allow-run-as-root"
fi
mpi() { # PROCESSES COMMAND…
  count=$1
  shift
  if [ "$count" -eq 1 ]; then "$@"; else "$mpirun" $options -n "$count" "$@"; fi
}

cat README.md Sources/Transformer/*.swift >"$dir/text.txt"
"$gpt2" tokenize "$dir/text.txt" --byte-level "$dir/byte.bin" --output "$dir/text" 2>"$dir/log"
train() { # PROCESSES OUTPUT OPTIONS…
  processes=$1
  output=$dir/$2
  shift 2
  mpi "$processes" "$gpt2" train --data "$dir/text_train.bin" --validation "$dir/text_val.bin" --output "$output" \
    --tokenizer "$dir/byte.bin" --batch-size 2 --sequence-length 32 --replicas 8 --validation-interval 2 \
    --validation-batches 5 --learning-rate 1e-3 --schedule constant --sample-interval 4 --sample-length 8 \
    --threads 1 "$@" >"$dir/log" 2>&1
}
# What a run has left: all that depends on its numbers.
digest() { # RUN [STEP]
  (cd "$dir/$1" && step=$(printf %08d "${2:-4}") && cat *_$step*.bin progress_$step.json | sha256sum | cut -c 1-16)
}

train 1 base --model d2 --positions 32 --steps 4 || fail "a base to tune"
check() { # WHAT OPTIONS…
  what=$1
  shift
  first=""
  for processes in 1 2 4 8; do
    rm -rf "$dir/run"
    train $processes run --steps 4 "$@" || fail "$what on $processes"
    now=$(digest run)
    [ "${first:-$now}" = "$now" ] || fail "$what: $processes processes give $now, one gives $first"
    first=$now
  done
  say "$what: $first on 1, 2, 4 and 8 processes"
}
new="--model d2 --positions 32"
everything() {
check "fp32, shuffled" $new
check "bf16, two batches a replica" $new --precision bf16 --total-batch-size 1024
check "Muon, in order" $new --optimizer muon --no-shuffle
check "Muon in bf16" $new --optimizer muon --precision bf16
check "NorMuon, each process a share of the update" $new --optimizer normuon -z 1
check "gradients in bf16" $new --gradient-precision bf16
rounded=$first
check "adapters" --model "$dir/base/model_00000004.bin" --lora-rank 2

rm -rf "$dir/run"
train 1 run $new --steps 4 || fail "a run to compare with"
whole=$(digest run)
rm -rf "$dir/run"
train 4 run $new --steps 4 --no-overlap || fail "an exchange after the backward pass"
[ "$(digest run)" = "$whole" ] || fail "without overlap it is another run"
[ "$rounded" != "$whole" ] || fail "gradients in bf16 make no other run"
rm -rf "$dir/run"
train 2 run $new --steps 4 --no-overlap --gradient-precision bf16 || fail "the same in bf16"
[ "$(digest run)" = "$rounded" ] || fail "without overlap it is another run in bf16"
say "with and without overlap: $whole, in bf16 $rounded"
rm -rf "$dir/run"
train 4 run $new --steps 4 -z 1 || fail "each process a share of the update"
[ "$(digest run)" = "$whole" ] || fail "with shared updates it is another run"
say "each of four processes a share of the update: $whole, too"

rm -rf "$dir/run"
train 4 run $new --steps 1 -z 1 || fail "four processes"
train 1 run $new --steps 3 --resume || fail "then one"
train 2 run $new --steps 4 --resume || fail "then two"
[ "$(digest run)" = "$whole" ] || fail "on 4, then 1, then 2 processes it is another run"
say "4, then 1, then 2 processes: $whole, as in one go"

rm -rf "$dir/run"
train 4 run $new --steps 4 --checkpoint-interval 1 || fail "four processes that save each step"
rm "$dir/run"/DONE_*4 "$dir/run"/DONE_*3 "$dir/run"/DONE_*2
(cd / && mpi 2 "$gpt2" train --resume "$dir/run" >"$dir/log" 2>&1) || fail "two processes by the directory alone"
[ "$(digest run)" = "$whole" ] || fail "gone on with by its directory alone it is another run"
if mpi 2 "$gpt2" train --resume "$dir/run" --optimizer muon >"$dir/log" 2>&1; then fail "another optimizer"; fi
[ "$(grep -c "optimizer: found muon, expected adamw" "$dir/log")" -eq 1 ] || fail "another optimizer, not said once"
say "on 2 processes by its directory alone: $whole, and with another optimizer refused"

refuse() { # WORDS PROCESSES OPTIONS…
  words=$1
  processes=$2
  shift 2
  rm -rf "$dir/bad"
  if train "$processes" bad "$@"; then fail "not refused: $words"; fi
  [ "$(grep -c "$words" "$dir/log")" -eq 1 ] || fail "not said once: $words"
  [ ! -e "$dir/bad" ] || fail "something was written although: $words"
}
refuse "found 3 processes, expected a power of two" 3 $new
refuse "found 8 processes for 4 replicas" 8 $new --replicas 4
refuse "found 4 processes for 2 replicas that make steps of their own" 4 $new --replicas 2 --local-steps 2
refuse "local-steps and -z 1 exclude each other" 2 $new --replicas 2 --local-steps 2 -z 1
refuse "expected a multiple of 8 replicas" 2 $new --total-batch-size 192
if mpi 2 "$gpt2" generate --model "$dir/base" >"$dir/log" 2>&1; then fail "generate ran twice"; fi
grep -q "only train, evaluate and bench cluster work in several" "$dir/log" || fail "generate in two processes"
say "what cannot work is refused, in one line, and nothing is written"
}
[ -n "$only" ] || everything

# mpirun does not always wait for those that it kills.
ended() {
  for second in 0 1 2 3 4 5 6 7 8 9; do
    pgrep -f "$dir/run" >/dev/null || return 0
    sleep 1
  done
  fail "of a job that ended, a process goes on: $(pgrep -a -f "$dir/run")"
}
killed=0
while [ $killed -lt "$kills" ]; do
  rm -rf "$dir/run"
  set +e
  # Every other time each process updates a share, and the one that writes needs the other for a checkpoint.
  train 2 run $new --steps 100000 --checkpoint-interval 1 --keep-checkpoints 2 --validation-interval 0 \
    --sample-interval 0 -z $((killed % 2)) &
  job=$!
  sleep "$(awk "BEGIN { srand($killed * 7919 + $$); printf \"%.2f\", 2 + rand() * 2 }")"
  # One of the two, at random.
  victim=$(pgrep -f "$dir/run" | while read -r id; do [ "$(cat /proc/$id/comm)" = gpt2 ] && echo "$id"; done |
    awk "BEGIN { srand($killed + $$) } { if (rand() * NR < 1) id = \$1 } END { print id }")
  kill -9 "$victim"
  wait $job
  code=$?
  set -e
  [ $code -ne 0 ] || fail "the job took no notice of a process that was killed"
  ended
  last=$(ls "$dir/run" | sed -n 's/^DONE_0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1)
  train 1 run $new --steps $((last + 1)) --checkpoint-interval 0 --resume ||
    fail "after kill $((killed + 1)) the checkpoint of step $last does not go on"
  killed=$((killed + 1))
done
say "$killed processes killed, each job ended, and went on from its last checkpoint"
[ -z "$only" ] || exit 0

apart="$new --replicas 2 --local-steps 2 --validation-interval 0 --sample-interval 0"
rm -rf "$dir/run"
set +e
train 2 run $apart --steps 100000 --checkpoint-interval 1 --keep-checkpoints 2 &
job=$!
sleep 4
victim=$(pgrep -f "$dir/run" | while read -r id; do [ "$(cat /proc/$id/comm)" = gpt2 ] && echo "$id"; done | tail -n 1)
kill -9 "$victim"
wait $job
code=$?
set -e
[ $code -ne 0 ] || fail "processes that train apart took no notice of one that was killed"
ended
last=$(ls "$dir/run" | sed -n 's/^DONE_0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1)
if mpi 4 "$gpt2" train --resume "$dir/run" >"$dir/log" 2>&1; then fail "four processes went on with two's own steps"; fi
[ "$(grep -c "expected one process for each; start mpirun -n 2" "$dir/log")" -eq 1 ] || fail "not said once: two processes"
train 2 run $apart --steps $((last + 4)) --checkpoint-interval 0 --resume || fail "processes that train apart, gone on"
rm -rf "$dir/whole"
train 2 whole $apart --steps $((last + 4)) --checkpoint-interval 0 || fail "processes that train apart, in one go"
now=$(digest run $((last + 4)))
[ "$now" = "$(digest whole $((last + 4)))" ] || fail "killed after step $last and gone on with it is another run"
say "an exchange every two steps, killed after step $last and gone on: $now, as in one go"

rm -rf "$dir/run"
set +e
train 2 run $new --steps 100000 --validation-interval 0 --sample-interval 0 --process-timeout 3 -z 1 &
job=$!
sleep 3
victim=$(pgrep -f "$dir/run" | while read -r id; do [ "$(cat /proc/$id/comm)" = gpt2 ] && echo "$id"; done | tail -n 1)
kill -STOP "$victim"
wait $job
code=$?
set -e
[ $code -ne 0 ] || fail "the job took no notice of a process that was stopped"
[ "$(grep -c "found no answer of process" "$dir/log")" -eq 1 ] || fail "a process that was stopped is not named"
say "a process that was stopped is named, and the job ends"
