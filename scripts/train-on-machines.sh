#!/bin/sh
# Usage: train-on-machines.sh HOSTS REPLICAS GPT2 train OPTIONS…
# Trains over the machines in the file HOSTS, a line each: its name, and the processes that it takes (1 if none is said).
# Whatever ends the job, a machine that is gone or a process that was killed, it is started again with --resume on the
# machines that still answer: on the largest power of two of processes that divides the REPLICAS. Ends when the run is
# over, when a signal asks for it, or when a try has got no further than the one before it.
set -eu
[ $# -ge 4 ] || {
  echo "usage: train-on-machines.sh HOSTS REPLICAS GPT2 train OPTIONS…" >&2
  exit 2
}
hosts=$1
replicas=$2
shift 2
case $replicas in
"" | *[!0-9]* | 0)
  echo "train-on-machines: found $replicas replicas, expected a number" >&2
  exit 2
  ;;
esac
[ -r "$hosts" ] || {
  echo "train-on-machines: $hosts cannot be read; expected a file with a machine's name on each line" >&2
  exit 2
}
say() { echo "train-on-machines: $*" >&2; }

# The run's directory, to see what a try has brought.
run=""
previous=""
for word; do
  case $previous in --output | -o) run=$word ;; esac
  previous=$word
done
[ -n "$run" ] || {
  say "no --output was named"
  exit 2
}
newest() { ls "$run" 2>/dev/null | sed -n 's/^DONE_0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1; }

answers() { # MACHINE
  case $1 in
  localhost | 127.0.0.1 | "$(hostname)") return 0 ;;
  esac
  ssh -o BatchMode=yes -o ConnectTimeout=10 "$1" true </dev/null 2>/dev/null
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
stopped=""
job=""
stop() {
  stopped=yes
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null || true
}
trap stop HUP INT TERM USR1

options="--hostfile $dir/hosts"
if mpirun --version 2>/dev/null | grep -q "Open MPI"; then
  # By one connection a process hardly receives while it sends; by two both ways are full.
  options="$options --mca btl_tcp_links 2"
  [ "$(id -u)" -ne 0 ] || options="$options --allow-run-as-root"
fi

before=none
while :; do
  : >"$dir/hosts"
  slots=0
  while read -r machine count rest; do
    case $machine in "" | "#"*) continue ;; esac
    if answers "$machine"; then
      echo "$machine slots=${count:-1}" >>"$dir/hosts"
      slots=$((slots + ${count:-1}))
    else
      say "$machine does not answer; going on without it"
    fi
  done <"$hosts"
  processes=1
  while [ $((processes * 2)) -le $slots ] && [ $((replicas % (processes * 2))) -eq 0 ]; do
    processes=$((processes * 2))
  done
  [ $slots -gt 0 ] || {
    say "no machine answers"
    exit 1
  }
  say "$processes processes for $replicas replicas, from step $(newest)"
  status=0
  # In the background, so that a signal is heard while it runs; it may interrupt the waiting, too.
  mpirun $options -n $processes "$@" --replicas "$replicas" --resume </dev/null &
  job=$!
  while :; do
    status=0
    wait $job || status=$?
    kill -0 $job 2>/dev/null || break
  done
  job=""
  [ $status -ne 0 ] || exit 0
  [ -z "$stopped" ] || exit $status
  now=$(newest)
  if [ "${now:-0}" = "$before" ]; then
    say "the job ended with code $status and no new checkpoint, as it did before; not starting it again"
    exit $status
  fi
  before=${now:-0}
  say "the job ended with code $status at step ${now:-0}; starting it again"
done
