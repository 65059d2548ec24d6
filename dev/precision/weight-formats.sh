#!/bin/sh
# What rounding the weights costs: a model's loss and perplexity on a token file, in every format.
#
#   dev/precision/weight-formats.sh MODEL TOKENS.bin
set -eu
CDPATH= cd -- "$(dirname -- "$0")/../.."
[ $# -eq 2 ] || {
  echo "usage: dev/precision/weight-formats.sh MODEL TOKENS.bin" >&2
  exit 2
}
gpt2=.build/release/gpt2
[ -x "$gpt2" ] || {
  echo "weight-formats: found no $gpt2, expected the command; run make build" >&2
  exit 2
}
number() { printf '%s\n' "$2" | sed -n "s/.*\"$1\":\\([0-9.]*\\).*/\\1/p"; }
echo "weights  loss     perplexity"
for format in fp32 fp16 bf16 q8_0 q4_0; do
  result=$("$gpt2" evaluate --model "$1" --data "$2" --quantize "$format" --json 2>/dev/null) || {
    "$gpt2" evaluate --model "$1" --data "$2" --quantize "$format" --json >/dev/null
    exit 2
  }
  printf '%-7s  %.4f   %.2f\n' "$format" "$(number loss "$result")" "$(number perplexity "$result")"
done
