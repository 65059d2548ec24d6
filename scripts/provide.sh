#!/bin/sh
# Usage: provide.sh NAME...
# Unpacks what the repository brings in scripts/data into data/: tinyshakespeare.txt, gpt2_tokenizer.bin. A file that is
# there already stays; exit code 2 if it is another one, which may be the user's own.
set -eu
[ $# -gt 0 ] || {
  echo "usage: provide.sh NAME..." >&2
  exit 2
}
CDPATH= cd -- "$(dirname -- "$0")/.."

command -v gzip >/dev/null || {
  echo "provide: gzip was not found, which unpacks what the repository brings; install it and try again" >&2
  exit 2
}
mkdir -p data
for name in "$@"; do
  packed=scripts/data/$name.gz
  [ -f "$packed" ] || {
    echo "provide: found no $packed; it is part of the repository: bring it back with git checkout $packed" >&2
    exit 2
  }
  if [ -e "data/$name" ]; then
    gzip -dc "$packed" | cmp -s - "data/$name" || {
      echo "provide: data/$name is there but is not the file that $packed unpacks to; move it away and try again" >&2
      exit 2
    }
    continue
  fi
  # Two of these at once have a file each, and either may be the last.
  partial=data/$name.partial-$$
  trap 'rm -f "$partial"' EXIT
  # A signal alone ends some shells without that.
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  gzip -dc "$packed" >"$partial" || {
    echo "provide: could not unpack $packed (see above)" >&2
    exit 2
  }
  mv "$partial" "data/$name"
done
