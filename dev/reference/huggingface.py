"""What make_huggingface.py and transformers_round_trip.py share: random models and tokenizers by transformers."""

import json
from pathlib import Path

import torch
from byte_pairs import byte_to_unicode, halves, read_tokenizer
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
