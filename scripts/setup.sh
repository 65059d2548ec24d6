#!/bin/sh
# Usage: setup.sh [mpi]
# Makes sure that everything needed to build is there, says what it does, and changes nothing that is. With "mpi" also
# what training over many processes needs: Open MPI, or if GPT2_MPI names it another that pkg-config knows.
set -eu
case $# in
0) mpi= ;;
1) mpi=$1 ;;
*) mpi=? ;;
esac
case $mpi in
"" | mpi) ;;
*)
  echo "usage: setup.sh [mpi]" >&2
  exit 2
  ;;
esac

if ! command -v swift >/dev/null; then
  echo "setup: swift was not found; install a Swift 6.2 toolchain (https://www.swift.org/install)" \
    "and try again" >&2
  exit 2
fi

case "$(uname -s)" in
Darwin)
  exit 0 # Accelerate, which has the same matrix product, comes with the system, and zlib with the SDK.
  ;;
Linux) ;;
*)
  echo "setup: this is $(uname -s), expected Linux or macOS; trying to build all the same" >&2
  exit 0
  ;;
esac

# What is missing, and the packages that have it. Without pkg-config nothing is found.
missing=""
packages=""
look_for() {
  command -v pkg-config >/dev/null && pkg-config --exists "$1" && return
  missing="$missing${missing:+ and }$2"
  packages="$packages$3 "
}
look_for openblas OpenBLAS libopenblas-dev
look_for zlib zlib zlib1g-dev
libraries="openblas zlib"
if [ -n "$mpi" ]; then
  mpi=${GPT2_MPI:-ompi-c}
  case $mpi in
  mpich) look_for mpich MPICH "mpich libmpich-dev" ;;
  *) look_for "$mpi" "Open MPI" "openmpi-bin libopenmpi-dev" ;;
  esac
  libraries="$libraries $mpi"
fi
[ -n "$missing" ] || exit 0
packages="${packages}pkg-config"

if ! command -v apt-get >/dev/null; then
  echo "setup: pkg-config did not find $missing, and there is no apt-get to install with;" \
    "install $missing with headers, and pkg-config, then try again" >&2
  exit 2
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: $missing was not found and this user is not root; run: apt-get install $packages" >&2
    exit 2
  fi
  as_root="sudo"
fi

echo "setup: $missing was not found; installing $packages with apt-get" >&2
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# sudo drops most of the environment, so the variable is set behind it.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }
install() { apt install -y -q $packages; }
# The package lists of a fresh machine may be empty or old, so a first refusal is not the last word.
if ! install >"$logs/first" 2>&1; then
  if ! { apt update -q && install; } >"$logs/second" 2>&1; then
    # Either may hold the reason: without a network, say, the second ends at the lists, the first at a lock.
    echo "setup: apt-get install ended with:" >&2
    tail -n 5 "$logs/first" >&2
    echo "setup: after that, apt-get update and install ended with:" >&2
    tail -n 5 "$logs/second" >&2
    echo "setup: apt-get could not install them; install $packages by hand and try again" >&2
    exit 2
  fi
fi
for library in $libraries; do
  pkg-config --exists $library || {
    echo "setup: $packages were installed, but pkg-config does not find '$library'" >&2
    exit 2
  }
done
echo "setup: done" >&2
