#!/bin/sh
# Usage: train-124M.sh GPT2 [OPTION ...]
# Trains GPT-2 124M from scratch on 10 billion tokens of FineWeb, as llm.c's scripts/run_gpt2_124M.sh does, or
# goes on where the last such run stopped. Options of `gpt2 train` may follow; they override those below. On two
# cores this takes months: Sources/Lessons/Lessons.docc/124M.md has the arithmetic. In the environment:
# FINEWEB, the folder of the token files (data/fineweb10B); HELLASWAG, llm.c's hellaswag_val.bin
# (data/hellaswag/hellaswag_val.bin); OUTPUT, the run's folder (runs/gpt2-124M).
set -eu
[ $# -ge 1 ] || {
  echo "usage: train-124M.sh GPT2 [OPTION ...]" >&2
  exit 2
}
# Paths are meant from where the caller stands.
from_here() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac }
gpt2=$(from_here "$1")
shift
fineweb=${FINEWEB:+$(from_here "$FINEWEB")}
hellaswag=${HELLASWAG:+$(from_here "$HELLASWAG")}
output=${OUTPUT:+$(from_here "$OUTPUT")}
CDPATH= cd -- "$(dirname -- "$0")/.."
: "${fineweb:=data/fineweb10B}" "${output:=runs/gpt2-124M}"
tokenizer=data/gpt2_tokenizer.bin

is_there() { [ -f "$1" ]; } # Of what a pattern found, or of the pattern itself, which is no file.
missing=""
is_there "$fineweb"/fineweb_train_*.bin || missing="no fineweb_train_*.bin"
is_there "$fineweb"/fineweb_val_*.bin || missing="${missing:+$missing and }no fineweb_val_*.bin"
if [ -n "$missing" ]; then
  cat >&2 <<END
train-124M: $fineweb has $missing. 10 billion tokens take 20 GB; there are three ways to get them:
  - llm.c's own script, with Python: git clone https://github.com/karpathy/llm.c, install its requirements.txt,
    and run there: python dev/data/fineweb.py --version 10B
    Give that folder's dev/data/fineweb10B as FINEWEB.
  - without Python, tokenized already, but other documents of FineWeb: llm.c's dev/data/fineweb.sh 103
    It makes a folder fineweb100B where it runs; give that as FINEWEB.
  - any texts of your own, as a stream of JSON lines: gpt2 tokenize - --documents jsonl --shard-tokens 100000000 \\
      --tokenizer $tokenizer --output $fineweb/fineweb
END
  exit 2
fi
if [ -n "$hellaswag" ] && [ ! -f "$hellaswag" ]; then
  echo "train-124M: $hellaswag is missing; llm.c's dev/data/hellaswag.py makes it" >&2
  exit 2
fi
: "${hellaswag:=data/hellaswag/hellaswag_val.bin}"

# What is no use to the training itself may be absent.
if [ -f "$hellaswag" ]; then
  set -- --hellaswag "$hellaswag" "$@"
else
  echo "train-124M: without HellaSwag, as $hellaswag is not there; llm.c's dev/data/hellaswag.py makes it" >&2
fi
if [ -f "$tokenizer" ]; then
  set -- --tokenizer "$tokenizer" "$@"
else
  echo "train-124M: samples will be token ids, as $tokenizer is not there" >&2
fi

# As llm.c's script has them, but for three: batches of 4 instead of 64 on each of 8 GPUs, and so 128 of them an
# update and 2560 a validation, over as many tokens; checkpoints every 25 updates instead of 5000, as an update
# takes minutes here; and the precision, which there is chosen when the program is built.
mkdir -p "$(dirname "$output")"
exec "$gpt2" train -e d12 -i "$fineweb/fineweb_train_*.bin" -j "$fineweb/fineweb_val_*.bin" -o "$output" \
  -v 250 -m 2560 -s 20000 -g 144 -b 4 -t 1024 -d 524288 -r 0 -c 0.1 -l 0.0006 -q 0.0 -u 700 \
  -n 25 -nk 2 -nm 5000 -y 1 --precision bf16 "$@"
