#!/bin/sh
# Usage: verify-124M.sh GPT2
# Makes a random GPT-2 124M and its reference state with PyTorch in float64, unless they are there, and
# verifies them by both recipes in both precisions. Takes about six minutes, 7 GiB of memory, and 1.1 GB in
# data/, which git ignores.
set -eu
[ $# -eq 1 ] || {
  echo "usage: verify-124M.sh GPT2" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) gpt2=$1 ;; *) gpt2=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/../.."
folder=data/reference-124M
name=gpt2_124M_random

python=${PYTHON:-python3}
if [ ! -f "$folder/${name}_losses_strict.txt" ]; then
  if ! "$python" -c 'import torch, numpy' 2>/dev/null; then
    echo "verify-124M: $python has no torch and numpy; see dev/reference/README.md, then for instance:" \
      "make verify-124M PYTHON=.venv/bin/python" >&2
    exit 2
  fi
  "$python" dev/reference/make_reference.py --layers 12 --heads 12 --channels 768 --vocabulary 50257 \
    --max-sequence 1024 --batch 4 --sequence 64 --init gpt2 --double --seed 42 --output "$folder" --name $name
fi
for precision in fp32 bf16; do
  "$gpt2" verify --precision $precision \
    --model "$folder/$name.bin" --state "$folder/${name}_debug_state.bin" \
    --losses "$folder/${name}_losses_llmc.txt" --losses "$folder/${name}_losses_strict.txt"
done
