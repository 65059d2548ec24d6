#!/bin/sh
# Usage: check-kernels.sh [--but-fastest] [OPTIONS OF SWIFT TEST]
# Runs the tests of everything that computes, with optimisation, and `gpt2 verify` in both precisions, on each set of
# kernels that this processor has, as GPT2_KERNELS names them. Builds what is missing; the options say where, and with
# which traits. With --but-fastest the tests are left out on the set that programs take by themselves: after a whole
# `swift test` they have run.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
say() { echo "check-kernels: $*"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
fail() {
  # Of tests, those that failed; else the end of what was said.
  grep '✘' "$log" >&2 || tail -n 20 "$log" >&2
  say "FAILED: $*" >&2
  exit 1
}
but_fastest=no
if [ "${1-}" = --but-fastest ]; then
  but_fastest=yes
  shift
fi
# A test that hangs is to be seen as such, and not to hold everything up for ever.
limit=600
command -v timeout >/dev/null && limited="timeout -k 10 $limit" || limited=""
test_all() { # SET OPTIONS…
  set=$1
  shift
  status=0
  GPT2_KERNELS=$set $limited swift test -c release "$@" --skip-build --disable-xctest \
    --filter '^(KernelsTests|TransformerTests|GenerationTests|EvaluationTests|TrainingTests)\.' >"$log" 2>&1 || status=$?
  [ $status -ne 124 ] && [ $status -ne 137 ] || fail "the tests, on $set, did not end in $limit s"
  [ $status -eq 0 ] || fail "the tests, on $set"
}

# Builds the command, too: its tests run it.
swift test -c release "$@" --disable-xctest --filter KernelSetTests >"$log" 2>&1 || fail "swift test"
gpt2=$(swift build -c release "$@" --show-bin-path)/gpt2
verify() { # SET MODEL PRECISION
  GPT2_KERNELS=$1 "$gpt2" verify --model "Tests/Fixtures/$2.bin" --state "Tests/Fixtures/$2_debug_state.bin" \
    --precision "$3" >"$log" 2>&1
}
available=""
# From the slowest to the fastest.
for set in portable openblas avx2 avx512 avx512-bf16 amx neon; do
  if ! verify $set tiny fp32; then
    grep -q "GPT2_KERNELS" "$log" || fail "verify tiny in fp32, on $set"
    say "$set: not on this processor"
    continue
  fi
  available="$available $set"
done
[ -n "$available" ] || fail "no set was checked"
for set in $available; do
  for model in tiny awkward; do
    for precision in fp32 bf16; do
      verify $set $model $precision || fail "verify $model in $precision, on $set"
    done
  done
  if [ $but_fastest = yes ] && [ "$set" = "${available##* }" ]; then
    say "$set: two models verified in both precisions"
  else
    test_all $set "$@"
    passed=$(sed -n 's/.*Test run with \(.*\) passed.*/\1/p' "$log")
    say "$set: $passed passed; two models verified in both precisions"
  fi
done
