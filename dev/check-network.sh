#!/bin/sh
# Usage: check-network.sh
# Cuts a machine off from the network in the middle of training, on machines that are network namespaces: nothing it sends
# arrives any more, and nobody is told. The job must end within --process-timeout and ten seconds, with one message that
# names a process that is silent, and with an exit code that is not 0; ten seconds later no process may be left, on the machine
# that was cut off either; and the run goes on from its last checkpoint to the bits that it would have had. Needs root, python3 and /dev/net/tun; GPT2 is as in check-mpi.sh.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
. dev/network/machines.sh
say() { echo "check-network: $*"; }
fail() {
  say "FAILED: $*" >&2
  tail -n 20 "$dir/log" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] && [ -e /dev/net/tun ] || {
  echo "check-network: expected to be root, and /dev/net/tun" >&2
  exit 2
}
timeout=5
# What the launcher takes to end the others, and to find that it cannot.
margin=10

cat README.md Sources/Transformer/*.swift >"$dir/text.txt"
"$gpt2" tokenize "$dir/text.txt" --byte-level "$dir/byte.bin" --output "$dir/text" 2>"$dir/log"
options() { # RUN STEPS
  echo train --data "$dir/text_train.bin" --output "$dir/$1" --tokenizer "$dir/byte.bin" --model d2 --positions 32 \
    --batch-size 2 --sequence-length 32 --replicas 4 --learning-rate 1e-3 --schedule constant --threads 1 \
    --checkpoint-interval 1 --keep-checkpoints 3 --process-timeout $timeout --steps "$2"
}
newest() { ls "$dir/run" 2>/dev/null | sed -n 's/^DONE_0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1; }
left() { pgrep -f "$dir/run" | while read -r id; do [ "$(cat "/proc/$id/comm" 2>/dev/null)" != "$(basename "$gpt2")" ] || echo "$id"; done; }

check() { # MACHINES PROCESSES-EACH
  rm -rf "$dir/run" "$dir/whole"
  machines_up "$1" 0.2 1000 || fail "no machines"
  on_machines "$2" "$gpt2" $(options run 100000) >"$dir/log" 2>&1 &
  job=$!
  tries=0
  until [ "$(newest)" -ge 5 ] 2>/dev/null; do
    tries=$((tries + 1))
    kill -0 $job 2>/dev/null && [ $tries -lt 600 ] || fail "the job did not begin"
    sleep 0.1
  done
  kill -USR1 "$switch"
  start=$(date +%s%N)
  code=0
  (sleep $((timeout + margin + 5)) && kill -9 $(pgrep -f "^mpirun .* $dir/run ")) 2>/dev/null &
  guard=$!
  wait $job || code=$?
  kill $guard 2>/dev/null || true
  seconds=$((($(date +%s%N) - start) / 1000000000))
  [ $code -ne 0 ] || fail "exit code 0"
  [ $seconds -le $((timeout + margin)) ] || fail "it took $seconds s to end"
  [ "$(grep -c "found no answer of process" "$dir/log")" -eq 1 ] ||
    fail "$(grep -c "found no answer of process" "$dir/log") messages"
  until [ -z "$(left)" ]; do
    [ $((($(date +%s%N) - start) / 1000000000)) -le $((timeout + 2 * margin)) ] || fail "left running: $(left)"
    sleep 0.1
  done
  last=$(newest)
  say "$1 machines with $2 each: code $code after $seconds s: $(grep "found no answer" "$dir/log")"
  "$gpt2" $(options run $((last + 2))) --resume >"$dir/log" 2>&1 || fail "the checkpoint of step $last does not go on"
  "$gpt2" $(options whole $((last + 2))) --checkpoint-interval 0 >"$dir/log" 2>&1 || fail "a run to compare with"
  for file in model state; do
    name=$(cd "$dir/whole" && ls ${file}_*.bin | tail -n 1)
    cmp "$dir/run/$name" "$dir/whole/$name" >"$dir/log" || fail "$name is another after the cut"
  done
  say "its checkpoint of step $last goes on alone to step $((last + 2)), with the bits of a run that was left in peace"
}
check 2 1
check 2 2
check 4 1
