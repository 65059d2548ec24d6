#!/bin/sh
# Usage: check-pages.sh LADDER FOLDER PICTURES [DATA]
# Has LADDER write its pages, drives them in Debian's chromium as people do, and holds their numbers against the program's and
# the originals'. FOLDER is for a virtual environment with websocket-client, made if it is not there; pictures of the pages, in
# both themes and as wide as a phone, go to PICTURES. DATA is what scripts/fetch-lessons.sh fills; rungs that lack a file there,
# or have no DATA, are left out aloud. RUNGS names those to do, if not all.
set -eu
[ $# -eq 3 ] || [ $# -eq 4 ] || {
  echo "usage: check-pages.sh LADDER FOLDER PICTURES [DATA]" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
ladder=$(realpath "$1")
environment=$2
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet websocket-client pillow
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pages"
# The rungs read data/ where they stand, as for `make lessons`.
[ $# -eq 3 ] || ln -s "$(realpath "$4")" "$work/data"
for rung in ${RUNGS:-$("$ladder" list | awk '{ print $1 }')}; do
  echo "--- $rung"
  status=0
  (cd "$work" && "$ladder" "$rung" --output "pages/$rung" >"$rung.txt") || status=$?
  # 2: it has said which file it lacks.
  [ $status -eq 0 ] || [ $status -eq 2 ] || exit $status
done
"$ladder" index --output "$work/pages" --derivations "$here/../../Sources/Lessons/Lessons.docc"
PYTHONPATH="$here/../serve" "$environment/bin/python" "$here/check_pages.py" "$ladder" "$work/pages" "$3" ${4:+"$4"}
