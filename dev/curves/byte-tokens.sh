#!/bin/sh
# Usage: byte-tokens.sh GPT2 TEXT DIR
# TEXT as bytes, the last tenth apart: DIR/train.bin, DIR/val.bin, and the tokenizer DIR/byte.bin. It is one document, or what
# DOCUMENTS says: blank-line makes one of each speech of Shakespeare's.
set -eu
gpt2=$1
text=$2
dir=$3
mkdir -p "$dir"
size=$(($(wc -c <"$text")))
head -c $((size * 9 / 10)) "$text" >"$dir/train.txt"
tail -c $((size - size * 9 / 10)) "$text" >"$dir/val.txt"
"$gpt2" tokenize --byte-level "$dir/byte.bin"
for part in train val; do
  "$gpt2" tokenize "$dir/$part.txt" --tokenizer "$dir/byte.bin" --documents "${DOCUMENTS:-file}" --validation-tokens 0 \
    --output "$dir/$part"
  mv "$dir/${part}_train.bin" "$dir/$part.bin"
done
