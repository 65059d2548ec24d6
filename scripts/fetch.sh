#!/bin/sh
# Usage: fetch.sh FILE URL [BYTES [SHA256 [gzip]]]
# With "gzip" BYTES and SHA256 are those of what the file unpacks to, which is the same however it was packed.
# Fetches URL into FILE unless it is there. The file appears only once it is whole; a transfer that was cut
# off goes on where it stopped. Exit code 1 if it cannot be had, 2 if FILE is there with another size or another
# checksum: it may be the user's own, so it is left alone.
set -eu

file=$1
url=$2
bytes=${3:-}
sha256=${4:-}
packing=${5:-}

# Lets a program, which comes after the file, read what is measured of it. Of damaged data gzip unpacks what it can, and
# size or checksum tell.
measure() {
  measured=$1
  shift
  if [ -n "$packing" ]; then gzip -dc <"$measured" 2>/dev/null | "$@"; else "$@" <"$measured"; fi
}
unpacked=${packing:+ unpacked}
# A number without the spaces that some systems' wc pads it with.
size() { echo $(($(measure "$1" wc -c))); }
has_size() { [ -z "$bytes" ] || [ "$(size "$1")" -eq "$bytes" ]; }

# Prints the file's checksum. Linux has the first program, macOS the second.
checksum() {
  if command -v sha256sum >/dev/null; then
    sum=$(measure "$1" sha256sum)
  elif command -v shasum >/dev/null; then
    sum=$(measure "$1" shasum -a 256)
  else
    return 1
  fi
  echo "${sum%% *}"
}

# Sets `found` to a checksum that is not the expected one.
has_checksum() {
  [ -n "$sha256" ] || return 0
  found=$(checksum "$1") || {
    echo "fetch: $(basename "$file") is not verified, as neither sha256sum nor shasum was found" >&2
    return 0
  }
  [ "$found" = "$sha256" ]
}

if [ -n "$packing" ] && ! command -v gzip >/dev/null; then
  echo "fetch: gzip was not found" >&2
  exit 1
fi
if [ -f "$file" ]; then
  if ! has_size "$file"; then
    echo "fetch: $file has $(size "$file") bytes$unpacked, expected $bytes; move it away to fetch it anew" >&2
    exit 2
  fi
  if ! has_checksum "$file"; then
    echo "fetch: $file has the SHA-256 $found$unpacked, expected $sha256; move it away to fetch it anew" >&2
    exit 2
  fi
  exit 0
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
# What begins encrypted stays so, wherever the server leads.
pinned="--proto-redir =http,https"
case $url in https:*) pinned="--proto-redir =https" ;; esac

# Sets curl's exit code and the server's answer.
download() {
  status=0
  # Without a network this must fail soon; with one, a large file may take its time as long as it moves.
  answer=$(curl $progress $pinned --fail --location --connect-timeout 10 --speed-limit 1024 --speed-time 30 \
    --continue-at - --write-out '%{http_code}' --output "$partial" "$url") || status=$?
}

resuming=no
[ -s "$partial" ] && resuming=yes
download
case "$resuming $status $answer" in
"yes 33 "* | "yes 36 "* | "yes 22 416")
  # The server gives no ranges, or none from there on: what was left behind would stand in the way for ever.
  echo "fetch: cannot go on from $partial; starting over" >&2
  rm -f "$partial"
  download
  ;;
esac
if [ "$status" -ne 0 ]; then
  echo "fetch: could not fetch $(basename "$file")" >&2
  exit 1
fi
if ! has_size "$partial"; then
  echo "fetch: got $(size "$partial") bytes$unpacked, expected $bytes; removed them" >&2
  rm -f "$partial"
  exit 1
fi
if ! has_checksum "$partial"; then
  echo "fetch: got bytes with the SHA-256 $found$unpacked, expected $sha256; removed them" >&2
  rm -f "$partial"
  exit 1
fi
[ -n "$sha256" ] || echo "fetch: $(basename "$file") was checked by its size alone: no checksum of it is known" >&2
mv "$partial" "$file"
