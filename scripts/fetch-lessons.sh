#!/bin/sh
# Usage: fetch-lessons.sh
# Fetches what the lessons of `ladder` read into data/: names and MNIST; Shakespeare is there. Exit code 2 if some cannot be had,
# which are then listed, or if a file is there that is not the expected one.
set -euf
[ $# -eq 0 ] || {
  echo "usage: fetch-lessons.sh" >&2
  exit 2
}
CDPATH= cd -- "$(dirname -- "$0")/.."
. scripts/sources.sh

scripts/provide.sh tinyshakespeare.txt

missing=""
unexpected=""
refused="" # Folders of addresses that gave nothing once; no more is asked of them.
fetch() {
  # What is there is verified in any case.
  if [ ! -f "data/$1" ]; then
    case $refused in *" ${2%/*} "*)
      missing="$missing  data/$1  $2 ($3 bytes${5:+ unpacked})
"
      return
      ;;
    esac
  fi
  status=0
  scripts/fetch.sh "data/$1" "$2" "$3" "$4" ${5:-} </dev/null || status=$?
  case $status in
  0) ;;
  1)
    refused="$refused ${2%/*} "
    missing="$missing  data/$1  $2 ($3 bytes${5:+ unpacked})
"
    ;;
  2) unexpected="$unexpected data/$1" ;;
  *) exit $status ;;
  esac
}
while read -r file; do
  [ -z "$file" ] || fetch $file
done <<EOF
$lesson_files
EOF

if [ -n "$missing" ]; then
  {
    echo "fetch-lessons: could not get all files (see above). Without a network, put these there by hand:"
    printf %s "$missing"
  } >&2
fi
[ -z "$unexpected" ] || echo "fetch-lessons: not the expected files (see above):$unexpected" >&2
[ -z "$missing$unexpected" ] || exit 2
echo "fetch-lessons: all files are in data"
