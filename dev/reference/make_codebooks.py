"""Makes Sources/WeightFormats/Codebooks/PackedCodebooks.swift and Tests/Fixtures/codebooks.bin, from ggml's Python package.

    python make_codebooks.py

Needs numpy and gguf. The first is the points of ggml's codebooks as text, as that package has them; the second is what it
unpacks them to: for each of BOOKS all points' values, one int8 each.
"""

from pathlib import Path

import numpy as np
from gguf import quants

ROOT = Path(__file__).parent / "../.."
SOURCE = ROOT / "Sources/WeightFormats/Codebooks/PackedCodebooks.swift"
FIXTURE = ROOT / "Tests/Fixtures/codebooks.bin"
# Each with what there is to say of it.
BOOKS = {
    "iq1": (quants.IQ1_S, "Of IQ1_S and IQ1_M: 2048 points of eight values, three levels."),
    "iq2_xxs": (quants.IQ2_XXS, "256 points of eight values, three levels."),
    "iq2_xs": (quants.IQ2_XS, "512 points of eight values, three levels."),
    "iq2_s": (quants.IQ2_S, "1024 points of eight values, three levels."),
    "iq3_xxs": (quants.IQ3_XXS, "256 points of four values, eight levels."),
    "iq3_s": (quants.IQ3_S, "512 points of four values, eight levels."),
}
HEAD = """\
// Made by dev/reference/make_codebooks.py; do not edit.

/// The points of the codebooks of ggml (https://github.com/ggml-org/ggml, MIT license): part of its formats, and not to be
/// computed. A point is four hexadecimal digits; `Codebook` says how they are read.
enum PackedCodebooks {
"""
POINTS_PER_LINE = 24


def text_of(book: type, name: str, comment: str) -> str:
    points = np.frombuffer(bytes.fromhex(book.grid_hex.decode()), dtype="<u2")
    words = [f"{point:04x}" for point in points]
    lines = ["".join(words[i : i + POINTS_PER_LINE]) for i in range(0, len(words), POINTS_PER_LINE)]
    text = "\\\n".join(f"    {line}" for line in lines)
    return f'  /// {comment}\n  static let {name}: StaticString = """\n{text}\n    """\n'


def main() -> None:
    texts = [text_of(book, name, comment) for name, (book, comment) in BOOKS.items()]
    SOURCE.write_text(HEAD + "\n".join(texts) + "}\n")
    with open(FIXTURE, "wb") as file:
        for book, _ in BOOKS.values():
            book.init_grid()
            file.write(book.grid.astype(np.int8).tobytes())


main()
