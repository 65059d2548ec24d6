#!/bin/sh
# Usage: dist.sh
# Makes dist/gpt2-VERSION-SYSTEM-PROCESSOR.tar.gz: a program for any machine of that kind, and what belongs to it.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
name=gpt2-$(scripts/stage.sh)-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
scripts/stage.sh "$work/$name"
# What a user reads first is at the top.
cp "$work/$name/share/doc/gpt2/README" "$work/$name/share/doc/gpt2/LICENSE" "$work/$name/"
mkdir -p dist
# The archive appears only once it is whole.
tar -C "$work" -czf "$work/archive" "$name"
mv "$work/archive" "dist/$name.tar.gz"
echo "dist: wrote dist/$name.tar.gz: $(wc -c <"dist/$name.tar.gz" | tr -d ' ') bytes" >&2
