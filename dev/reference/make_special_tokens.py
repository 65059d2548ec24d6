"""Makes Tests/Fixtures/special_tokens with transformers and tokenizers.

    python make_special_tokens.py

Needs torch, numpy and transformers. A random GPT-2 of a few channels, the tokens of Tests/Fixtures/tokenizer/small.bin, and
added ones with every flag, some of them overlapping:

model/: what save_pretrained writes, but the weights in bf16, with an eos of its own and keys that nothing here knows.
expected.json: awkward texts; their ids with special tokens parsed (`ids`), and as `split_special_tokens` has it (`plain`).
"""

import itertools
import json
import random
import shutil
import tempfile
from pathlib import Path

import torch
from byte_pairs import read_tokenizer
from huggingface import random_model, tokenizer
from tokenizers import AddedToken

FIXTURES = (Path(__file__).parent / "../../Tests/Fixtures").resolve()
FOLDER = FIXTURES / "special_tokens"
ADDED = [
    AddedToken("<nl>"),
    AddedToken("<s>", special=True, normalized=False),
    AddedToken("<s>x", special=True, normalized=False),
    AddedToken("s>xy"),
    AddedToken("[MASK]", special=True, lstrip=True),
    AddedToken("[R]", special=True, rstrip=True, normalized=False),
    AddedToken("[B]", lstrip=True, rstrip=True),
    AddedToken("word", single_word=True),
    AddedToken("日本<é>", special=True),
    AddedToken("<a b>"),
    AddedToken(" lead"),
    AddedToken("word<", normalized=False),
]
FIXED = [
    "", "<s>", "<s><s>", "<s>x", "<s>xy", "a<s>xy<s>", "s>xy", "<nl><nl>a<nl>", "a[PAD]b", "[PAD]", " [PAD] ", "[PAD",
    "a \t[MASK] b", "\n\u3000[MASK]", "a[R]  \n b", "[R] [MASK]", "[R] \u00a0[B] x", "[B][B] [B]", "  [B]  ", "word", "words",
    "word word", "aword", "word_", "word-word", "éword", "word\u200d", "word<", "a word<s>", "日本<é>", "日本<é", "x日本<é>日本<é>y",
    "<a b>", "< a b>", "a lead", "a  lead", "[R] lead", "[R]  lead b", "[B] lead[B]", "<|endoftext|>", "a<|endoftext|>b",
    "<|endoftext|><|endoftext|>", " <|endoftext|> the", "the <|endoftext", "'s<nl>'s", "Hello<nl> world", "12<nl>34", "word[PAD]word",
    "[MASK] [MASK]", "a\u0301word", "\u2028word\u2028", "[MASK]\n\n[R]\n\n<s>",
]


def texts() -> list[str]:
    """Those above, and parts put together at random."""
    draw = random.Random(3)
    parts = [t.content for t in ADDED] + ["[PAD]", "<|endoftext|>", " ", "  ", "\n", "the", "é", "<", "s>", "x", "y", "word", "9", "\u3000"]
    return FIXED + ["".join(draw.choices(parts, k=draw.randint(2, 9))) for _ in range(300)]


shutil.rmtree(FOLDER, ignore_errors=True)
source = FIXTURES / "tokenizer/small.bin"
with tempfile.TemporaryDirectory() as folder:
    made = tokenizer(source, Path(folder))
made.add_tokens(ADDED)
made.add_special_tokens({"pad_token": "[PAD]", "mask_token": AddedToken("[MASK]", special=True, lstrip=True)})
made.save_pretrained(FOLDER / "model")
model = random_model(len(made), 51, n_positions=13, n_embd=4, n_layer=1, n_head=2)
model.config.pad_token_id = made.pad_token_id
model.config.task_specific_params = {"text-generation": {"do_sample": True, "max_length": 50}}
model.generation_config.pad_token_id = made.pad_token_id
model.generation_config.eos_token_id = [51, 756]
model.bfloat16().save_pretrained(FOLDER / "model")
backend = made.backend_tokenizer
cases = []
for text in texts():
    backend.encode_special_tokens = False
    ids = backend.encode(text).ids
    backend.encode_special_tokens = True
    cases.append({"text": text, "ids": ids, "plain": backend.encode(text).ids})
lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
(FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")
for path in FOLDER.rglob("*"):
    if path.is_file():
        path.chmod(0o644)
