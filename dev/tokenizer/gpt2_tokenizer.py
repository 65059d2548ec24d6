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


def encoding(tokens, end_of_text):
    """tiktoken's encoding of these tokens: the rank of a merge is the id of what it makes."""
    ranks = {token: i for i, token in enumerate(tokens) if i != end_of_text}
    return tiktoken.Encoding(
        "llm.c tokenizer", pat_str=PATTERN, mergeable_ranks=ranks,
        special_tokens={"<|endoftext|>": end_of_text})
