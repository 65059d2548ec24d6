#!/bin/sh
# Usage: sanitize.sh address|thread|undefined [FILTER]
# Runs the tests under a sanitizer, on Linux, where Swift's toolchain has them; FILTER, as `swift test --filter` has it,
# takes some of them:
#   address    in release: reads and writes beyond what is theirs, or after its end
#   thread     in debug: data races. What is no race is listed in dev/sanitize-thread.txt, with the reason for each
#   undefined  the C header alone, by dev/neon/check.c: overflows, shifts, alignment, whatever C does not define. Swift
#              traps where C is undefined, so it needs no such run. Three minutes
# Each has a build of its own, .build-address and so on. Exit code 1 if something was found.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
say() { echo "sanitize: $*"; }
kind=${1:-}
filter=${2:-.}
[ "$(uname)" = Linux ] || {
  say "SKIPPED: made for Linux"
  exit 0
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

tests() { # OPTIONS OF SWIFT TEST
  # The first report ends the run, so that none is lost among the lines of others.
  # A sanitizer's shadow needs more addresses than littleMemoryEnds leaves a program.
  swift test --scratch-path ".build-$kind" "$@" --disable-xctest --filter "$filter" --skip littleMemoryEnds \
    >"$log" 2>&1 || {
    grep -E -A 12 'ERROR: AddressSanitizer|WARNING: ThreadSanitizer|✘' "$log" | head -n 60 >&2 || true
    say "FAILED: $(grep -E 'SUMMARY|Test run with' "$log" | tail -n 1)" >&2
    exit 1
  }
  say "$kind: $(grep -E 'Test run with' "$log" | tail -n 1)"
}

case $kind in
address)
  # Swift's runtime keeps what it makes once for ever, which is no leak. OpenBLAS is not ours.
  ASAN_OPTIONS=detect_leaks=0 tests -c release --sanitize address -Xswiftc -enable-testing
  ;;
thread)
  TSAN_OPTIONS="halt_on_error=0 suppressions=$PWD/dev/sanitize-thread.txt" tests --sanitize thread
  ;;
undefined)
  clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
  for level in 1 3; do
    "$clang" -std=gnu11 -Wall -Wextra -Werror -fuse-ld=lld -ISources/CKernels -O$level -g \
      -fsanitize=address,undefined,float-divide-by-zero -fno-sanitize-recover=all dev/neon/check.c -o "$log.check" -lm
    trap 'rm -f "$log" "$log.check"' EXIT
    "$log.check" >"$log" || {
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
