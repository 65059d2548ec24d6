#!/bin/sh
# Usage: docs.sh
# Builds the pages of GPT2Kit and GPT2Training as DocC has them, into .build/docs. Fails for a public symbol without a
# comment, for a link that leads nowhere, and for whatever else DocC warns of.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/../.."
swift build --target GPT2Training
modules=$(swift build --show-bin-path)/Modules
tools=$(dirname -- "$(readlink -f -- "$(command -v swift)")")
target=$(swift -print-target-info | sed -n 's/^ *"triple" *: *"\(.*\)",/\1/p' | head -n 1)
# What others than the two are exported by name, in these.
inner=$(ls "$modules" | sed -n 's/\.swiftmodule$//p' | grep -vE 'Tests|^GPT2Kit$|^GPT2Training$' | xargs | tr ' ' ',')
for module in GPT2Kit GPT2Training; do
  work=.build/docs/work/$module
  rm -rf "$work" ".build/docs/$module.doccarchive"
  mkdir -p "$work/all" "$work/graph"
  "$tools/swift-symbolgraph-extract" -module-name $module -target "$target" -I "$modules" -I Sources/CKernels \
    -output-dir "$work/all" -minimum-access-level public -skip-inherited-docs -skip-synthesized-members \
    -experimental-allowed-reexported-modules="$inner"
  # Extensions of what is exported are in graphs of their own.
  for graph in "$work/all/$module.symbols.json" "$work/all/$module@"*.symbols.json; do
    [ ! -e "$graph" ] || cp "$graph" "$work/graph"
  done
  python3 dev/docs/undocumented.py "$work/graph"
  "$tools/docc" convert Sources/$module/$module.docc --additional-symbol-graph-dir "$work/graph" \
    --fallback-display-name $module --fallback-bundle-identifier $module --warnings-as-errors \
    --output-path .build/docs/$module.doccarchive
  echo "docs: .build/docs/$module.doccarchive"
done
echo "docs: look at one with: $tools/docc preview, or serve its files over HTTP"
