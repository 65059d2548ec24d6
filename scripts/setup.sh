#!/bin/sh
# Makes sure that everything needed to build is there, says what it does, and changes nothing that is.
set -eu

if ! command -v swift >/dev/null; then
  echo "setup: swift was not found; install a Swift 6 toolchain (https://www.swift.org/install)" \
    "and try again" >&2
  exit 2
fi

case "$(uname -s)" in
Darwin)
  exit 0 # Accelerate, which has the same matrix product, comes with the system.
  ;;
Linux) ;;
*)
  echo "setup: this is $(uname -s), expected Linux or macOS; trying to build all the same" >&2
  exit 0
  ;;
esac

if command -v pkg-config >/dev/null && pkg-config --exists openblas; then
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "setup: OpenBLAS was not found by pkg-config, and there is no apt-get to install it with;" \
    "install OpenBLAS with its headers, and pkg-config, then try again" >&2
  exit 2
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: OpenBLAS is missing and this user is not root; run:" \
      "apt-get install libopenblas-dev pkg-config" >&2
    exit 2
  fi
  as_root="sudo"
fi

echo "setup: OpenBLAS was not found; installing libopenblas-dev and pkg-config with apt-get" >&2
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# sudo drops most of the environment, so the variable is set behind it.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }
install() { apt install -y -q libopenblas-dev pkg-config; }
# The package lists of a fresh machine may be empty or old, so a first refusal is not the last word.
if ! install >"$logs/first" 2>&1; then
  if ! { apt update -q && install; } >"$logs/second" 2>&1; then
    # Either may hold the reason: without a network, say, the second ends at the lists, the first at a lock.
    echo "setup: apt-get install ended with:" >&2
    tail -n 5 "$logs/first" >&2
    echo "setup: after that, apt-get update and install ended with:" >&2
    tail -n 5 "$logs/second" >&2
    echo "setup: apt-get could not install them; install libopenblas-dev and pkg-config by hand" \
      "and try again" >&2
    exit 2
  fi
fi
pkg-config --exists openblas || {
  echo "setup: libopenblas-dev is installed, but pkg-config does not find 'openblas'" >&2
  exit 2
}
echo "setup: done" >&2
