#!/bin/sh
# Usage: stage.sh [FOLDER]
# Builds what a user gets and lays it out in FOLDER as it lies below a prefix such as /usr/local: bin/gpt2, completions
# for three shells, manual pages, licence. On Linux the program is static and for any processor of the architecture;
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

# A folder of its own, so that other builds are left as they are.
build="-c release --scratch-path .build-dist --disable-default-traits"
[ "$(uname -s)" != Linux ] || build="$build --static-swift-stdlib -Xswiftc -static-executable"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
for product in gpt2 generate-manual; do
  say "building $product in .build-dist"
  swift build $build --product $product >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    say "$product does not build (see above)"
    exit 1
  }
done
bin=$(swift build $build --show-bin-path)

doc=$stage/share/doc/gpt2
bash=$stage/share/bash-completion/completions
zsh=$stage/share/zsh/site-functions
fish=$stage/share/fish/vendor_completions.d
man=$stage/share/man/man1
mkdir -p "$stage/bin" "$doc" "$bash" "$zsh" "$fish" "$man"
cp "$bin/gpt2" "$stage/bin/gpt2"
strip "$stage/bin/gpt2"
chmod 755 "$stage/bin/gpt2"
gpt2=$stage/bin/gpt2
"$gpt2" --generate-completion-script bash >"$bash/gpt2"
"$gpt2" --generate-completion-script zsh >"$zsh/_gpt2"
"$gpt2" --generate-completion-script fish >"$fish/gpt2.fish"
"$bin/generate-manual" "$gpt2" --multi-page --date "$(date -u +%Y-%m-%d)" --output-directory "$man"
cp LICENSE "$doc/LICENSE"
cat >"$doc/README" <<EOF
gpt2 $version: GPT-2 on the CPU. Train it, let it speak, and hold every number against a reference.

  bin/gpt2      one file without dependencies; it may be put anywhere
  share/        completions for bash, zsh and fish, manual pages, and the licence

To install it for everybody, unpack the archive and copy both folders:

  sudo cp -R bin share /usr/local

Then: gpt2 --help, or man gpt2.

The program is under the MIT licence (LICENSE). In it are parts of Swift's runtime, of Foundation and of
swift-argument-parser (Apache 2.0 with Runtime Library Exception), and on Linux of GNU libc (LGPL 2.1) and of GCC's
runtime (GPL 3 with Runtime Library Exception). With the sources it can be linked anew against other ones.
EOF
say "gpt2 $version is in $stage: $(wc -c <"$gpt2" | tr -d ' ') bytes"
