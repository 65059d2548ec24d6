"""Tokenizes a text with tiktoken into NAME_train.bin and NAME_val.bin, laid out as llm.c prepares tinyshakespeare.

The text is cut into sections at blank lines; end-of-text goes before each section, and every section but the last
keeps its blank line. The first tokens are validation, the rest training. tiktoken's GPT-2 is built from the tokenizer
file that llm.c writes, so nothing is downloaded: a token's rank is its id.
"""

import argparse
from pathlib import Path

import tiktoken

from binary_files import read_header, write_tokens

TOKENIZER_MAGIC = 20240328
END_OF_TEXT = "<|endoftext|>"
# OpenAI's pattern for cutting text into pieces before byte pairs are merged.
PIECES = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def read_encoding(path: Path) -> tiktoken.Encoding:
    """After the header, each token is a length byte and that many raw bytes."""
    with open(path, "rb") as file:
        _, version, count, end_of_text, *_ = map(int, read_header(file, TOKENIZER_MAGIC))
        tokens = [file.read(file.read(1)[0]) for _ in range(count)]
    if version == 1:
        end_of_text = 50256
    ranks = {token: rank for rank, token in enumerate(tokens) if rank != end_of_text}
    return tiktoken.Encoding("gpt2", pat_str=PIECES, mergeable_ranks=ranks, special_tokens={END_OF_TEXT: end_of_text})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="llm.c's gpt2_tokenizer.bin")
    parser.add_argument("--validation", type=int, default=32768, help="how many tokens go to NAME_val.bin")
    parser.add_argument("--output", type=Path, required=True, help="folder")
    parser.add_argument("--name", default="tiny_shakespeare")
    options = parser.parse_args()

    encoding = read_encoding(options.tokenizer)
    *sections, last = options.text.read_text().split("\n\n")
    tokens: list[int] = []
    for section in [section + "\n\n" for section in sections] + [last]:
        tokens += [encoding.eot_token, *encoding.encode_ordinary(section)]
    splits = {"val": tokens[: options.validation], "train": tokens[options.validation :]}
    for split, part in splits.items():
        path = options.output / f"{options.name}_{split}.bin"
        write_tokens(path, part)
        print(f"{path}: {len(part):,} tokens")


if __name__ == "__main__":
    main()
