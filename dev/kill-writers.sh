#!/bin/sh
# Usage: kill-writers.sh GPT2 [KILLS]
# Kills `tokenize` and `convert` with SIGKILL at random moments, KILLS times each (50 if not given), over outputs that
# are there. After each kill every file is whole, the old one or the new one; in the end the same command gives the bytes of
# one that was never disturbed. Then, where a small file system can be mounted, the same commands on a full disk:
# each fails, keeps what was there and leaves nothing behind. Exit code 1 if something is lost.
set -eu
gpt2=$1
kills=${2:-50}
dir=$(mktemp -d)
mounted=""
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$dir"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
say() { echo "kill-writers: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}
# What need not keep the rest from being tried.
failed=0
note() {
  say "FAILED: $*" >&2
  failed=1
}

# Large enough that a command takes a tenth of a second.
here=$(dirname "$0")/..
for _ in 1 2 3 4 5 6 7 8; do cat "$here"/README.md "$here"/Sources/*/*.swift; done >"$dir/new.txt"
head -c 100000 "$dir/new.txt" >"$dir/old.txt"
"$gpt2" tokenize "$dir/new.txt" --byte-level "$dir/byte.bin" --output "$dir/data" 2>"$dir/log"
for seed in 1 2; do
  "$gpt2" train --model 4x4x256 --positions 32 --batch-size 1 --sequence-length 8 --steps 1 --seed $seed --data \
    "$dir/data_train.bin" --tokenizer "$dir/byte.bin" --output "$dir/run$seed" 2>"$dir/log"
done
model() { echo "$dir/run$1/model_00000001.bin"; }

# Each command with an input, old or new, and a folder to write into.
tokenize() { exec "$gpt2" tokenize "$dir/$1.txt" --tokenizer "$dir/byte.bin" --output "$2/text" --overwrite --threads 1; }
gguf() { exec "$gpt2" convert "$(model $([ "$1" = old ] && echo 1 || echo 2))" "$2/out.gguf" --tokenizer "$dir/byte.bin" --overwrite; }
folder() { exec "$gpt2" convert "$(model $([ "$1" = old ] && echo 1 || echo 2))" "$2/out/" --tokenizer "$dir/byte.bin" --overwrite; }

# Of each file below a folder: name and hash. What a kill left half-written has a name of its own, and so has the mark of a
# set of which some are old and some new, which no command reads.
hashes() { (cd "$1" && find . -type f ! -name '*.partial*' ! -name '*.unfinished' -exec sha256sum {} + | sort -k 2); }
for command in tokenize gguf folder; do
  for version in old new; do
    mkdir -p "$dir/$command-$version"
    ($command $version "$dir/$command-$version") 2>"$dir/log" || fail "$command does not work"
    hashes "$dir/$command-$version" >"$dir/$command-$version.txt"
  done
  killed=0
  mixed=0
  while [ $killed -lt "$kills" ]; do
    rm -rf "$dir/here"
    cp -r "$dir/$command-old" "$dir/here"
    ($command new "$dir/here") 2>"$dir/log" &
    pid=$!
    sleep "$(awk "BEGIN { srand($killed * 7919 + $$); printf \"%.3f\", 0.005 + rand() * 0.25 }")"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    killed=$((killed + 1))
    hashes "$dir/here" >"$dir/here.txt"
    sort -u "$dir/$command-old.txt" "$dir/$command-new.txt" >"$dir/either.txt"
    [ -z "$(sort "$dir/here.txt" | comm -23 - "$dir/either.txt")" ] || fail "$command: kill $killed leaves a file that is neither old nor new"
    [ "$(wc -l <"$dir/here.txt")" -ge "$(wc -l <"$dir/$command-old.txt")" ] || fail "$command: kill $killed took a file"
    cmp -s "$dir/here.txt" "$dir/$command-old.txt" || cmp -s "$dir/here.txt" "$dir/$command-new.txt" ||
      [ -n "$(find "$dir/here" -name '*.unfinished')" ] || mixed=$((mixed + 1))
  done
  ($command new "$dir/here") 2>"$dir/log" || fail "$command: the same command does not work after kill $killed"
  hashes "$dir/here" | cmp -s - "$dir/$command-new.txt" || fail "$command: after the kills other bytes"
  left=$(find "$dir/here" -name '*.partial*' -o -name '*.unfinished' | wc -l)
  [ $mixed -eq 0 ] || note "$command: after $mixed of $killed kills some files were old and some new"
  [ "$left" -eq 0 ] || note "$command: the next run leaves $left half-written files of a killed one"
  say "$command: $killed kills; each file was whole"
done

small="$dir/small"
mkdir "$small"
if mount -t tmpfs -o size=1m gpt2 "$small" 2>/dev/null; then
  mounted=$small
  for command in tokenize gguf folder; do
    rm -rf "${small:?}"/*
    ($command new "$small") 2>"$dir/log" && note "$command: exit code 0 on a full disk"
    grep -q "No space left\|not enough\|space" "$dir/log" || note "$command: a full disk is not said: $(tail -n 1 "$dir/log")"
    [ -z "$(find "$small" -mindepth 1)" ] || note "$command: left on a full disk: $(find "$small" -mindepth 1 | head -n 3)"
  done
  say "three commands on a full disk"
else
  say "SKIPPED: no small file system can be mounted here"
fi
exit $failed
