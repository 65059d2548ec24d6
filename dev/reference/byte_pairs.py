"""Byte-pair tokenizers: llm.c's file, OpenAI's spelling of bytes, and the merges that make a vocabulary. Needs numpy."""

from pathlib import Path

import numpy as np


def read_tokenizer(path: Path) -> tuple[list[bytes], int]:
    data = path.read_bytes()
    header = np.frombuffer(data[:1024], dtype="<i4")
    tokens, position = [], 1024
    for _ in range(header[2]):
        length = data[position]
        tokens.append(data[position + 1 : position + 1 + length])
        position += 1 + length
    return tokens, int(header[3])


def byte_to_unicode() -> dict[int, str]:
    """As in OpenAI's encoder.py: printable bytes are themselves, the others come after 255 in order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + n) for n, b in enumerate(others)}}


def halves(token: bytes, ranks: dict[bytes, int]) -> list[bytes]:
    """The token made from its bytes by all merges before its own."""
    parts = [bytes([b]) for b in token]
    while True:
        pairs = [(ranks.get(a + b, len(ranks)), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
        rank, i = min(pairs, default=(len(ranks), 0))
        if rank >= ranks[token]:
            return parts
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
