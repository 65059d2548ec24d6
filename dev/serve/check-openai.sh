#!/bin/sh
# Usage: check-openai.sh FOLDER MODEL [TOKENIZER]
# Holds gpt2-serve against the newest openai-python and prometheus_client, unmodified: FOLDER is for a virtual environment
# with them, made if it is not there. MODEL is one of GPT-2's vocabulary and 1,024 positions.
set -eu
[ $# -eq 2 ] || [ $# -eq 3 ] || {
  echo "usage: check-openai.sh FOLDER MODEL [TOKENIZER]" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/serving.sh"
environment=$1
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --upgrade openai prometheus_client
printf 'a-key\n' >"$work/keys"
start --model "checked=$2" ${3:+--tokenizer "$3"} --api-key-file "$work/keys"
"$environment/bin/python" "$here/check_openai.py" "$address" a-key
