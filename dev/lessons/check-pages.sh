#!/bin/sh
# Usage: check-pages.sh LADDER FOLDER PICTURES [DATA]
# Has LADDER write the pages that can be touched, drives them in Debian's chromium as people do, and holds their numbers against
# the program's and the originals'. FOLDER is for a virtual environment with websocket-client, made if it is not there;
# pictures of the pages, in both themes and as wide as a phone, go to PICTURES. DATA is where
# scripts/fetch-lessons.sh puts mnist and names; without it those pages are left out.
set -eu
[ $# -eq 3 ] || [ $# -eq 4 ] || {
  echo "usage: check-pages.sh LADDER FOLDER PICTURES [DATA]" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
environment=$2
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet websocket-client
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for rung in circuits micrograd symmetry em; do
  "$1" "$rung" --output "$work/$rung" >"$work/$rung.txt"
done
if [ $# -eq 4 ]; then
  "$1" mnist --data "$4/mnist" --output "$work/mnist" >"$work/mnist.txt"
  "$1" mlp --data "$4/names" --output "$work/mlp" >"$work/mlp.txt"
fi
"$1" index --output "$work" --derivations "$here/../../Sources/Lessons/Lessons.docc"
PYTHONPATH="$here/../serve" "$environment/bin/python" "$here/check_pages.py" "$1" "$work" "$3" ${4:+"$4/names"}
