#!/usr/bin/env python3
"""Usage: undocumented.py FOLDER...

Names the public symbols in folders of symbol graphs that have no comment, and fails if there is one. What the compiler
writes itself, and what a protocol of the standard library documents, needs none.
"""
import json
import pathlib
import sys

# Requirements of the standard library's protocols.
KNOWN = {
    "hash(into:)", "==(_:_:)", "!=(_:_:)", "encode(to:)", "init(from:)", "description", "hashValue", "rawValue",
    "init(rawValue:)", "allCases", "AllCases", "RawValue", "errorDescription", "localizedDescription",
}


def symbols(folder):
    for path in sorted(pathlib.Path(folder).glob("*.symbols.json")):
        yield from json.loads(path.read_text())["symbols"]


def main(folders):
    if not folders:
        sys.exit(__doc__)
    missing, count = set(), 0
    for folder in folders:
        for symbol in symbols(folder):
            name = ".".join(symbol["pathComponents"])
            # Synthesized members carry the name of what they are inherited from.
            if "::SYNTHESIZED::" in symbol["identifier"]["precise"] or symbol["pathComponents"][-1] in KNOWN:
                continue
            count += 1
            if not symbol.get("docComment", {}).get("lines"):
                place = symbol.get("location", {})
                file = place.get("uri", "?").rsplit("/Sources/", 1)[-1]
                missing.add(f"{file}:{place.get('position', {}).get('line', -1) + 1}: {name}")
    if count == 0:
        sys.exit("undocumented.py: found no symbols, expected those of a module; build it first")
    for line in sorted(missing):
        print(line, file=sys.stderr)
    if missing:
        sys.exit(f"undocumented.py: found {len(missing)} of {count} public symbols without a comment, expected none")
    print(f"undocumented.py: {count} public symbols, all with a comment")


main(sys.argv[1:])
