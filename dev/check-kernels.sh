#!/bin/sh
# Usage: check-kernels.sh [OPTIONS OF SWIFT TEST]
# Runs the tests of everything that computes, with optimisation, and `gpt2 verify` in both precisions, on each set of
# kernels that this processor has, as GPT2_KERNELS names them. Builds what is missing; the options say where, and with
# which traits.
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

# Builds the command, too: its tests run it.
swift test -c release "$@" --disable-xctest --filter KernelSetTests >"$log" 2>&1 || fail "swift test"
gpt2=$(swift build -c release "$@" --show-bin-path)/gpt2
verify() { # SET MODEL PRECISION
  GPT2_KERNELS=$1 "$gpt2" verify --model "Tests/Fixtures/$2.bin" --state "Tests/Fixtures/$2_debug_state.bin" \
    --precision "$3" >"$log" 2>&1
}
checked=0
for set in portable openblas avx2 avx512 avx512-bf16 amx neon; do
  if ! verify $set tiny fp32; then
    grep -q "GPT2_KERNELS" "$log" || fail "verify tiny in fp32, on $set"
    say "$set: not on this processor"
    continue
  fi
  for model in tiny awkward; do
    for precision in fp32 bf16; do
      verify $set $model $precision || fail "verify $model in $precision, on $set"
    done
  done
  GPT2_KERNELS=$set swift test -c release "$@" --skip-build --disable-xctest \
    --filter 'KernelsTests|TransformerTests|GenerationTests|EvaluationTests|TrainingTests' >"$log" 2>&1 ||
    fail "the tests, on $set"
  say "$set: $(sed -n 's/.*Test run with \(.*\) passed.*/\1/p' "$log") passed; two models verified in both precisions"
  checked=$((checked + 1))
done
[ $checked -gt 0 ] || fail "no set was checked"
