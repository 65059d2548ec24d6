#!/bin/sh
# Usage: check-cluster-model.sh [OPTIONS…]
# Holds the model of `gpt2 bench cluster` against updates that the trainer makes: with 2 and 4 processes on this machine,
# then on machines that are network namespaces, joined by lines of known latency and rate. OPTIONS are those of bench
# cluster, d6 with 4 sequences of 64 tokens if not given. Every process has one thread; what a batch takes is measured with as
# many beside it.
# For each: the time of an update as the trainer took it, as it is computed from the ways that were measured, and, between
# namespaces, as it is computed from the latency and rate that were set. Needs python3; for the namespaces root and
# /dev/net/tun. MPIRUN and GPT2 are as in check-mpi.sh.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
. dev/network/machines.sh
[ $# -gt 0 ] || set -- --model d6 --batch-size 4 --sequence-length 64 --repetitions 5
root=""
[ "$(id -u)" -ne 0 ] || root=--allow-run-as-root

python3 - <<'END'
print(f"{'processes':24}{'exchange':10}{'measured ms':>12}{'waiting':>9}{'computed':>10}{'waiting':>9}"
      f"{'/ meas.':>9}{'from rate':>11}{'/ meas.':>9}")
END
row() { # NAME EXCHANGE, of the JSON in $dir/json
  python3 - "$1" "$2" "$dir/json" <<'END'
import json
import sys

name, exchange, path = sys.argv[1:]
report = json.load(open(path))
whole = report["figures"]["whole"]
measured, computed = whole["measuredSeconds"] * 1e3, whole["predictedSeconds"] * 1e3
line = (f"{name:24}{exchange:10}{measured:12.0f}{whole['measuredWaiting'] * 1e3:9.0f}{computed:10.0f}"
        f"{whole['predicted']['waiting'] * 1e3:9.0f}{computed / measured:9.2f}")
if "ms" in name:
    planned = report["plans"][0]["secondsPerUpdate"] * 1e3
    line += f"{planned:11.0f}{planned / measured:9.2f}"
print(line, flush=True)
END
}
# The tokens of an update of a batch a process, as the options say.
tokens=$(python3 - "$@" <<'END'
import sys

words = sys.argv[1:]
def value(names, usual):
    return int(next((words[i + 1] for i, word in enumerate(words) if word in names), usual))
print(value(("-b", "--batch-size"), 4) * value(("-t", "--sequence-length"), 64))
END
)

for processes in 2 4; do
  for exchange in --no-overlap --overlap; do
    mpirun $root --oversubscribe --bind-to none --mca btl_vader_single_copy_mechanism none -n $processes \
      "$gpt2" bench cluster "$@" --threads 1 $exchange --total-batch-size $((processes * tokens)) --json \
      >"$dir/json" 2>"$dir/log" || { tail -n 20 "$dir/log" >&2; exit 1; }
    row "$processes on one machine" $exchange
  done
done

[ "$(id -u)" -eq 0 ] && [ -e /dev/net/tun ] || {
  echo "check-cluster-model: not root, or no /dev/net/tun: no machines as namespaces" >&2
  exit 0
}
for line in "2 0.2 400" "2 5 100" "4 0.2 400" "4 5 100"; do
  set -- $line -- "$@"
  count=$1 latency=$2 rate=$3
  shift 4
  machines_up "$count" "$latency" "$rate"
  for exchange in --no-overlap --overlap; do
    on_machines 1 "$gpt2" bench cluster "$@" --threads 1 $exchange --total-batch-size $((count * tokens)) --json \
      --machines "$count" --latency "$(awk "BEGIN { print $latency * 1000 }")" \
      --bandwidth "$(awk "BEGIN { print $rate / 1000 }")" >"$dir/json" 2>"$dir/log" ||
      { tail -n 20 "$dir/log" >&2; exit 1; }
    row "$count, $latency ms, $rate Mbit/s" $exchange
  done
done
