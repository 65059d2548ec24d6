#!/bin/sh
# Usage: sanitize.sh address|thread|undefined [FILTER]
# Runs the tests, the server's too, under a sanitizer, on Linux, where Swift's toolchain has them; FILTER, as
# `swift test --filter` has it, takes some of them:
#   address    in release, with MPI and OpenBLAS: reads and writes beyond what is theirs, or after its end
#   thread     in release: data races. dev/sanitize-swift.c tells it what Swift's own library does
#   undefined  the C header alone, by dev/neon/check.c: overflows, shifts, alignment, whatever C does not define. Swift
#              traps where C is undefined, so it needs no such run. Three minutes
# The first two have a build of their own, .build-address and so on. Exit code 1 if something was found.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
say() { echo "sanitize: $*"; }
kind=${1:-}
filter=${2:-.}
[ "$(uname)" = Linux ] || {
  say "SKIPPED: made for Linux"
  exit 0
}
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'tail -n 20 "$log"; exit 143' TERM

tests() { # TRAITS OPTIONS OF SWIFT TEST
  traits=$1
  shift
  # A sanitizer's shadow needs more addresses than littleMemoryEnds and asManyAsTheSystemStarts leave a program.
  swift test -c release --scratch-path ".build-$kind" --sanitize "$kind" --traits "$traits" --disable-xctest \
    --filter "$filter" --skip littleMemoryEnds --skip asManyAsTheSystemStarts "$@" >"$log" 2>&1 || {
    # Beside these, tests go on.
    grep -E -A 12 'ERROR: AddressSanitizer|WARNING: ThreadSanitizer|✘|^error:|[0-9]: error:' "$log" |
      grep -v -E '^(✔|◇|--$)' | head -n 60 >&2 || true
    say "FAILED: $(grep -E 'SUMMARY|Test run with' "$log" | tail -n 1)" >&2
    exit 1
  }
  say "$kind: $(grep -E 'Test run with' "$log" | tail -n 1)"
}

case $kind in
address)
  scripts/setup.sh mpi
  # Swift's runtime keeps what it makes once for ever, which is no leak.
  ASAN_OPTIONS=detect_leaks=0 tests Server,MPI,OpenBLAS
  ;;
thread)
  "$clang" -std=gnu11 -Wall -Wextra -Werror -fuse-ld=lld -O2 -fPIC -shared dev/sanitize-swift.c -o "$work/swift.so"
  # By default each program sleeps for a second at its end, of which the tests start many.
  # And it begins by writing a file, larger than two tests let a program write.
  LD_PRELOAD=$work/swift.so TSAN_OPTIONS=atexit_sleep_ms=0 tests Server \
    --skip whereNoCheckpointFitsTheRunGoesOnAndItsWeightsAreSaved --skip aLogThatTakesNoMoreDoesNotStopTheOther
  ;;
undefined)
  for level in 1 3; do
    "$clang" -std=gnu11 -Wall -Wextra -Werror -fuse-ld=lld -ISources/CKernels -O$level -g \
      -fsanitize=address,undefined,float-divide-by-zero -fno-sanitize-recover=all dev/neon/check.c -o "$work/check" -lm
    "$work/check" >"$log" || {
      cat "$log"
      say "FAILED: at -O$level" >&2
      exit 1
    }
    say "undefined: $(wc -l <"$log") kernels at -O$level: $(awk '{ print $1 }' "$log" | sort -u | tr '\n' ' ')"
  done
  ;;
*)
  sed -n '2,10s/^# //p' "$0" >&2
  exit 2
  ;;
esac
