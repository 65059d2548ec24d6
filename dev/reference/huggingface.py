"""What make_huggingface.py and transformers_round_trip.py share: random models and tokenizers by transformers."""

import json
from pathlib import Path

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Tokenizer

END_OF_TEXT = "<|endoftext|>"


def random_model(vocabulary: int, end_of_text: int | None, **sizes: int) -> GPT2LMHeadModel:
    """Every tensor random, norms and biases too, so that none can be taken for another."""
    torch.manual_seed(20)
    config = GPT2Config(vocab_size=vocabulary, bos_token_id=end_of_text, eos_token_id=end_of_text, **sizes)
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.2)
    return model


def read_tokenizer(path: Path) -> tuple[list[bytes], int]:
    """The tokens and end-of-text of a tokenizer file of llm.c's."""
    data = path.read_bytes()
    header = np.frombuffer(data[:1024], dtype="<i4")
    tokens, position = [], 1024
    for _ in range(header[2]):
        length = data[position]
        tokens.append(data[position + 1 : position + 1 + length])
        position += 1 + length
    return tokens, int(header[3]) if header[1] > 1 else 50256


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


def write_vocabulary(source: Path, folder: Path) -> None:
    """vocab.json and merges.txt, as OpenAI published GPT-2's, of a tokenizer file of llm.c's."""
    tokens, end_of_text = read_tokenizer(source)
    spelling = byte_to_unicode()
    spell = lambda token: "".join(spelling[b] for b in token)
    ranks = {token: i for i, token in enumerate(tokens) if i != end_of_text}
    vocabulary = {spell(token): i for token, i in ranks.items()} | {END_OF_TEXT: end_of_text}
    merges = [halves(token, ranks) for token in ranks if len(token) > 1]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    lines = ["#version: 0.2", *(" ".join(map(spell, pair)) for pair in merges if len(pair) == 2)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def tokenizer(source: Path, folder: Path) -> GPT2Tokenizer:
    """transformers' tokenizer of the same tokens; `folder` gets vocab.json and merges.txt."""
    write_vocabulary(source, folder)
    return GPT2Tokenizer.from_pretrained(folder)
