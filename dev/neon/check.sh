#!/bin/sh
# Proves the arm64 kernels without an arm64 processor: dev/neon/check.c calls each kernel of each set, compiled by the
# Swift toolchain's clang
# 1. for this machine, which proves the checker on the sets that it can run, once with the address and the undefined
#    behaviour sanitizers;
# 2. for arm64, run by qemu as a processor without dot products of bytes (Cortex-A57) and as one with all there is.
# Both must compute the same bits in the sets that fuse multiplications with additions. Installs what is missing from
# Debian's packages: a C library and linker for arm64, and qemu. Exit code 1 if a value is wrong.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/../.."
say() { echo "check: $*" >&2; }

swift=$(command -v swift) || {
  say "swift was not found; install a Swift 6 toolchain (https://www.swift.org/install) and try again"
  exit 2
}
clang=$(dirname "$(readlink -f "$swift")")/clang
[ -x "$clang" ] || {
  say "found no clang beside $swift, which a Swift toolchain has"
  exit 2
}

packages=""
[ -e /usr/aarch64-linux-gnu/lib/libc.a ] || packages="$packages libc6-dev-arm64-cross"
command -v aarch64-linux-gnu-gcc >/dev/null || packages="$packages gcc-aarch64-linux-gnu"
command -v qemu-aarch64 >/dev/null || packages="$packages qemu-user"
packages=${packages# }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "$packages" ]; then
  command -v apt-get >/dev/null || {
    say "there is no apt-get to install $packages with; install them and try again"
    exit 2
  }
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      say "this user is not root; run: apt-get install $packages"
      exit 2
    }
    as_root="sudo"
  fi
  say "installing $packages with apt-get"
  apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }
  # Unquoted: several names.
  install() { apt install -y -q --no-install-recommends $packages; }
  # The package lists of a fresh machine may be empty or old, so a first refusal is not the last word.
  install >"$work/log" 2>&1 || { apt update -q && install; } >"$work/log" 2>&1 || {
    tail -n 5 "$work/log" >&2
    say "apt-get could not install them; install $packages by hand and try again"
    exit 2
  }
fi

compile() {
  output=$1
  shift
  "$clang" -std=gnu11 -Wall -Wextra -Werror -fuse-ld=lld -ISources/CKernels "$@" dev/neon/check.c -o "$output" -lm
}
failed=0
# Runs a check, shows its lines, and notes whether it failed.
run() {
  output=$1
  shift
  "$@" >"$output" || failed=1
  cat "$output"
}

say "on this machine"
compile "$work/native" -O2
run "$work/native.txt" "$work/native"
say "on this machine, with sanitizers"
compile "$work/sanitized" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
"$work/sanitized" >"$work/sanitized.txt" || failed=1

compile "$work/arm64" -O2 --target=aarch64-linux-gnu -static
for processor in cortex-a57 max; do
  say "as $processor"
  run "$work/$processor.txt" qemu-aarch64 -cpu $processor "$work/arm64"
done

# The lines of a set without its name and without the peak's, whose lanes are the set's own: kernel and hash.
hashes() { sed -n "s/^$2 \(.*\) [0-9]* values.*/\1/p" "$1" | grep -v '^peak'; }
# Whether two sets, in two files, have computed the same bits.
compare() {
  hashes "$1" "$2" >"$work/first"
  hashes "$3" "$4" >"$work/second"
  if [ -s "$work/first" ] && cmp -s "$work/first" "$work/second"; then
    say "$4 has computed the same bits as $2: $(wc -l <"$work/first") kernels"
  else
    say "FAILED: $4 has not computed the same bits as $2"
    diff "$work/first" "$work/second" >&2 || true
    failed=1
  fi
}
compare "$work/cortex-a57.txt" neon "$work/max.txt" neon
compare "$work/max.txt" neon "$work/max.txt" neon-dot
if grep -q '^avx2 ' "$work/native.txt"; then
  compare "$work/native.txt" portable "$work/max.txt" portable
  compare "$work/native.txt" avx2 "$work/max.txt" neon
fi
if grep -q '^neon-dot ' "$work/cortex-a57.txt"; then
  say "FAILED: dot products were found on a processor without them"
  failed=1
fi
[ $failed -eq 0 ] || {
  say "FAILED"
  exit 1
}
say "passed"
