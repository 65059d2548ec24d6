#!/bin/sh
# Usage: lessons.sh LADDER
# Fetches what the lessons read, as far as it can be had, and runs them all; the pages are in lessons/, and begin at its index.html.
set -eu
[ $# -eq 1 ] || {
  echo "usage: lessons.sh LADDER" >&2
  exit 2
}
# The path is meant from where the caller stands.
case $1 in /*) ladder=$1 ;; *) ladder=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."

scripts/fetch-lessons.sh || echo "lessons: going on with the files that are there" >&2
rungs=$("$ladder" list | awk '{ print $1 }')
skipped=""
failed=""
mkdir -p lessons
for rung in $rungs; do
  echo "--- $rung"
  status=0
  "$ladder" "$rung" --output "lessons/$rung" || status=$?
  case $status in
  0) ;;
  # What a lesson cannot use, or has not, it has said itself.
  2) skipped="$skipped $rung" ;;
  # Ctrl-C and its like are meant for all of them.
  129 | 130 | 143) exit $status ;;
  *) failed="$failed $rung" ;;
  esac
done
"$ladder" index --output lessons --derivations ../Sources/Lessons/Lessons.docc
[ -z "$skipped" ] || echo "lessons: skipped, for what is said above:$skipped"
[ -z "$failed" ] || {
  echo "lessons: failed:$failed" >&2
  exit 1
}
echo "lessons: begin at lessons/index.html"
