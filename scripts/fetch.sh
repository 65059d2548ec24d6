#!/bin/sh
# Usage: fetch.sh FILE URL [BYTES]
# Fetches URL into FILE unless it is there. The file appears only once it is whole; a transfer that was cut off
# goes on where it stopped. Exit code 1 if it cannot be had.
set -eu

file=$1
url=$2
bytes=${3:-}

has_size() { [ -z "$bytes" ] || [ "$(wc -c <"$1")" -eq "$bytes" ]; }

if [ -f "$file" ]; then
  has_size "$file" && exit 0
  echo "fetch: $file has $(wc -c <"$file") bytes, expected $bytes; move it away to fetch it anew" >&2
  exit 1
fi
command -v curl >/dev/null || {
  echo "fetch: curl was not found" >&2
  exit 1
}

mkdir -p "$(dirname "$file")"
partial="$file.partial-fetch"
echo "fetch: $url" >&2
progress="--silent --show-error"
[ -t 2 ] && progress="--progress-bar"
# Without a network this must fail soon; with one, a large file may take its time as long as it moves.
if ! curl $progress --fail --location --connect-timeout 10 --speed-limit 1024 --speed-time 30 \
  --continue-at - --output "$partial" "$url"; then
  echo "fetch: could not fetch $(basename "$file")" >&2
  exit 1
fi
if ! has_size "$partial"; then
  echo "fetch: got $(wc -c <"$partial") bytes, expected $bytes; removed them" >&2
  rm -f "$partial"
  exit 1
fi
mv "$partial" "$file"
