"""tiktoken encodings from tokenizer files in llm.c's format."""

import struct

import tiktoken

MAGIC = 20240328
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def byte_order():
    """The 256 bytes in the order of GPT-2's first tokens: the printable ones, then the others."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [bytes([b]) for b in printable + [b for b in range(256) if b not in printable]]


def write(path, tokens, end_of_text):
    header = struct.pack("<256i", MAGIC, 2, len(tokens), end_of_text, *[0] * 252)
    with open(path, "wb") as file:
        file.write(header + b"".join(bytes([len(t)]) + t for t in tokens))


def read(path):
    """The tokens' bytes, and the id of end-of-text."""
    data = open(path, "rb").read()
    magic, version, size, end_of_text = struct.unpack_from("<4i", data)
    assert magic == MAGIC and version in (1, 2), f"{path} is not a tokenizer file"
    tokens, offset = [], 1024
    for _ in range(size):
        length = data[offset]
        tokens.append(data[offset + 1 : offset + 1 + length])
        offset += 1 + length
    assert offset == len(data)
    return tokens, end_of_text if version == 2 else 50256


def boundary_tokens():
    """A vocabulary that shows where pieces end: every byte merges with each of some neighbours on either side.

    GPT-2's own merges seldom cross the bytes of a rare character, so there a wrong class would go unnoticed.
    """
    tokens = byte_order()
    for neighbour in (b"a", b"1", b".", b" ", b"\n", b"\xa9"):
        tokens += [pair for byte in byte_order() for pair in (neighbour + byte, byte + neighbour)]
    # A pair of neighbours comes up more than once.
    tokens = list(dict.fromkeys(tokens))
    return tokens + [b"<|endoftext|>"]


def encoding(tokens, end_of_text):
    """tiktoken's encoding of these tokens: the rank of a merge is the id of what it makes."""
    ranks = {token: i for i, token in enumerate(tokens) if i != end_of_text}
    return tiktoken.Encoding(
        "llm.c tokenizer", pat_str=PATTERN, mergeable_ranks=ranks,
        special_tokens={"<|endoftext|>": end_of_text})
