#!/bin/sh
# Usage: check-harness.sh PYTHON MODEL TEXT
# Holds gpt2-serve's log-likelihoods, as lm-evaluation-harness asks for them, against its own of transformers, and what
# gpt2 evaluate makes of the same tasks. PYTHON has `lm_eval[api]`, torch and transformers; MODEL is a GPT-2 as a Hugging
# Face folder; TEXT is a file to make tasks of. GPT2 names another command than .build/release/gpt2.
set -eu
[ $# -eq 3 ] || {
  echo "usage: check-harness.sh PYTHON MODEL TEXT" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/serving.sh"
start --model "checked=$2" --precision fp32
"$1" "$here/check_harness.py" "$address" "$2" "$3" "$work" "${GPT2:-$here/../../.build/release/gpt2}"
