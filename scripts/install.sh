#!/bin/sh
# Usage: install.sh install|uninstall PREFIX
# Puts gpt2, gpt2-serve, completions, manual pages and licence below PREFIX, or removes them. If DESTDIR is set, PREFIX is meant
# below it, as packagers want it.
set -eu
[ $# -eq 2 ] && { [ "$1" = install ] || [ "$1" = uninstall ]; } || {
  echo "usage: install.sh install|uninstall PREFIX" >&2
  exit 2
}
case $2 in
/*) ;;
*)
  echo "install: PREFIX is '$2', expected a path from the root such as /usr/local" >&2
  exit 2
  ;;
esac
target=${DESTDIR-}$2
CDPATH= cd -- "$(dirname -- "$0")/.."

if [ "$1" = uninstall ]; then
  # No patterns but that of our own pages: the folders are others', too.
  for name in gpt2 gpt2-serve; do
    rm -f "$target/bin/$name" "$target/share/bash-completion/completions/$name" \
      "$target/share/zsh/site-functions/_$name" "$target/share/fish/vendor_completions.d/$name.fish"
  done
  rm -f "$target/share/man/man1/gpt2.1" "$target"/share/man/man1/gpt2.*.1 "$target/share/man/man1/gpt2-serve.1" "$target"/share/man/man1/gpt2-serve.*.1 \
    "$target/share/doc/gpt2/LICENSE" "$target/share/doc/gpt2/README"
  [ ! -d "$target/share/doc/gpt2" ] || rmdir "$target/share/doc/gpt2"
  echo "install: gpt2 is gone from $target" >&2
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A signal alone ends some shells without that.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
scripts/stage.sh "$work/stage"
(cd "$work/stage" && find . -type f) | while read -r file; do
  mkdir -p "$target/$(dirname "$file")" || exit
  mode=644
  case $file in ./bin/*) mode=755 ;; esac
  # Beside the target, then renamed: a gpt2 that is running is not written into.
  cp "$work/stage/$file" "$target/$file.new" && chmod $mode "$target/$file.new" &&
    mv "$target/$file.new" "$target/$file" || exit
done
echo "install: gpt2 and gpt2-serve are in $target/bin" >&2
