#!/bin/sh
# Usage: check-page.sh FOLDER MODEL PICTURES [TOKENIZER]
# Drives gpt2-serve's page in Debian's chromium, and holds what it shows against /inspect. FOLDER is for a virtual environment
# with websocket-client, made if it is not there; pictures of the page, in both themes and as wide as a phone, go to
# PICTURES. MODEL is one of GPT-2's vocabulary and sizes.
set -eu
[ $# -eq 3 ] || [ $# -eq 4 ] || {
  echo "usage: check-page.sh FOLDER MODEL PICTURES [TOKENIZER]" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/serving.sh"
environment=$1
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet websocket-client
"$environment/bin/python" "$here/make_small.py" "$work"
printf 'a-key\n' >"$work/keys"
mkdir "$work/run"
cp "$work/small.bin" "$work/run/model_00000001.bin"
cp "$work/bytes.bin" "$work/run/tokenizer.bin"
: >"$work/run/DONE_00000001"
start --follow 1 --model "checked=$2" ${4:+--tokenizer "checked=$4"} --model "small=$work/small.bin" \
  --tokenizer "small=$work/bytes.bin" --model "run=$work/run" --api-key-file "$work/keys"
"$environment/bin/python" "$here/check_page.py" "$address" a-key "$3" "$work/run"
