#!/bin/sh
# Usage: check-openai.sh FOLDER MODEL [TOKENIZER]
# Holds gpt2-serve against the newest openai-python and prometheus_client, unmodified: FOLDER is for a virtual environment
# with them, made if it is not there. MODEL is one of GPT-2's vocabulary. GPT2_SERVE names another program than the one
# that make serve built.
set -eu
[ $# -eq 2 ] || [ $# -eq 3 ] || {
  echo "usage: check-openai.sh FOLDER MODEL [TOKENIZER]" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
server=${GPT2_SERVE:-$here/../../.build-serve/release/gpt2-serve}
environment=$1
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --upgrade openai prometheus_client
work=$(mktemp -d)
started=""
clean() {
  [ -z "$started" ] || kill "$started" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
printf 'a-key\n' >"$work/keys"
"$server" --model "checked=$2" ${3:+--tokenizer "$3"} --port 0 --api-key-file "$work/keys" 2>"$work/log" &
started=$!
tries=0
until grep -q listening "$work/log"; do
  tries=$((tries + 1))
  kill -0 "$started" 2>/dev/null && [ $tries -lt 600 ] || {
    cat "$work/log" >&2
    exit 1
  }
  sleep 0.1
done
address=$(sed -n 's/.*address=\(http[^ ]*\).*/\1/p' "$work/log")
"$environment/bin/python" "$here/check_openai.py" "$address" a-key
