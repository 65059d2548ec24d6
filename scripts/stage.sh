#!/bin/sh
# Usage: stage.sh [FOLDER]
# Builds what a user gets and lays it out in FOLDER as it lies below a prefix such as /usr/local: bin/gpt2, bin/gpt2-serve, completions
# for three shells, manual pages, licence. On Linux the programs are static and for any processor of the architecture;
# OpenBLAS is left out, since our own kernels serve. Without FOLDER prints the version and builds nothing.
set -eu
[ $# -le 1 ] || {
  echo "usage: stage.sh [FOLDER]" >&2
  exit 2
}
case ${1-} in "" | /*) stage=${1-} ;; *) stage=$PWD/$1 ;; esac
CDPATH= cd -- "$(dirname -- "$0")/.."
say() { echo "stage: $*" >&2; }

version=$(sed -n 's/.*static let version = "\(.*\)".*/\1/p' Sources/Terminal/Release.swift)
if [ -z "$stage" ]; then
  echo "$version"
  exit
fi
command -v swift >/dev/null || {
  say "swift was not found; install a Swift 6.2 toolchain (https://www.swift.org/install) and try again"
  exit 2
}
if [ -e "$stage" ]; then
  say "$stage is there already; remove it, or name another folder"
  exit 2
fi

static=""
[ "$(uname -s)" != Linux ] || static="--static-swift-stdlib -Xswiftc -static-executable"
# Folders of their own, so that other builds are left as they are; two, since with the trait Server all is built anew.
options() {
  case $1 in
  gpt2-serve) echo "-c release --scratch-path .build-dist-serve --traits Server $static" ;;
  *) echo "-c release --scratch-path .build-dist --disable-default-traits $static" ;;
  esac
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
for product in gpt2 gpt2-serve generate-manual; do
  say "building $product"
  swift build $(options $product) --product $product >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    say "$product does not build (see above)"
    exit 1
  }
done
bin=$(swift build $(options gpt2) --show-bin-path)
serve_bin=$(swift build $(options gpt2-serve) --show-bin-path)

doc=$stage/share/doc/gpt2
bash=$stage/share/bash-completion/completions
zsh=$stage/share/zsh/site-functions
fish=$stage/share/fish/vendor_completions.d
man=$stage/share/man/man1
mkdir -p "$stage/bin" "$doc" "$bash" "$zsh" "$fish" "$man"
cp "$bin/gpt2" "$serve_bin/gpt2-serve" "$stage/bin/"
for name in gpt2 gpt2-serve; do
  program=$stage/bin/$name
  strip "$program"
  chmod 755 "$program"
  "$program" --generate-completion-script bash >"$bash/$name"
  "$program" --generate-completion-script zsh >"$zsh/_$name"
  "$program" --generate-completion-script fish >"$fish/$name.fish"
  "$bin/generate-manual" "$program" --multi-page --date "$(date -u +%Y-%m-%d)" --output-directory "$man"
done
cp LICENSE "$doc/LICENSE"
cat >"$doc/README" <<EOF
gpt2 $version: GPT-2 on the CPU. Train it, let it speak, and hold every number against a reference.

  bin/gpt2        one file without dependencies; it may be put anywhere
  bin/gpt2-serve  the same, an HTTP server; gpt2 serve runs it if it is beside gpt2
  share/          completions for bash, zsh and fish, manual pages, and the licence

To install it for everybody, unpack the archive and copy both folders:

  sudo cp -R bin share /usr/local

Then: gpt2 --help, or man gpt2.

The programs are under the MIT licence (LICENSE). In them are parts of Swift's runtime, of Foundation and of
swift-argument-parser (Apache 2.0 with Runtime Library Exception), and on Linux of GNU libc (LGPL 2.1) and of GCC's
runtime (GPL 3 with Runtime Library Exception). With the sources they can be linked anew against other ones.
In gpt2-serve are also Hummingbird, SwiftNIO with BoringSSL, and other packages of Swift's server workgroup (Apache 2.0; the
parts of OpenSSL in BoringSSL under its own licence).
EOF
for name in gpt2 gpt2-serve; do
  say "$name $version is in $stage: $(wc -c <"$stage/bin/$name" | tr -d ' ') bytes"
done
