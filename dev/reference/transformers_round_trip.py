"""Holds `gpt2 convert` against Hugging Face's transformers, both ways, bit for bit.

    python transformers_round_trip.py GPT2 [--tokenizer gpt2_tokenizer.bin] [--model CHECKPOINT]

Needs torch, numpy and transformers. GPT2 is the command; the tokenizer is GPT-2's in llm.c's format, for a second small
model and for --model, a checkpoint of as many tokens (a trained 124M, say), whose greedy tokens are compared.
Ends with exit code 1 at the first thing that is not the same.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from huggingface import random_model, tokenizer
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2LMHeadModel

TEXTS = [
    "Hello, world!", "ROMEO:\n  I'll 'tis  héllo 😀\t\n\n", "1234567 x = y**2; // done", "  a \u00a0b\u3000 \u200d🏽",
    "the there then 'VE 've'd <|endoftext", "日本語のテキスト, русский текст", " ", "\n\n\n   \n",
]


def check(holds: bool, what: str) -> None:
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        sys.exit(1)


def bits(model: torch.nn.Module) -> dict[str, tuple]:
    return {name: (t.dtype, tuple(t.shape), t.contiguous().view(torch.uint8).numpy().tobytes())
            for name, t in model.state_dict().items()}


class Converter:
    def __init__(self, program: Path):
        self.program = program

    def run(self, *arguments) -> subprocess.CompletedProcess:
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)

    def convert(self, source: Path, target, *options) -> None:
        result = self.run("convert", source, target, *options)
        check(result.returncode == 0, f"convert {source.name} {Path(target).name} {result.stderr.strip()}")


def small_model(gpt2: Converter, folder: Path) -> None:
    """Awkward sizes: 301 tokens, heads of ten channels."""
    model = random_model(301, 300, n_positions=24, n_embd=30, n_layer=3, n_head=3)
    ids = torch.randint(301, (2, 24))
    logits = model(ids).logits
    model.save_pretrained(folder / "one")
    gpt2.convert(folder / "one", folder / "one.bin")
    gpt2.convert(folder / "one.bin", f"{folder}/back/")
    loaded = AutoModelForCausalLM.from_pretrained(folder / "back").eval()
    check(bits(loaded) == bits(model), "transformers -> llm.c -> transformers: all tensors, bit for bit")
    check(torch.equal(loaded(ids).logits, logits), "the same logits")
    same = (folder / "one/model.safetensors").read_bytes() == (folder / "back/model.safetensors").read_bytes()
    check(same, "model.safetensors has the bytes that transformers wrote")

    reference = (folder / "one.bin").read_bytes()
    model.save_pretrained(folder / "several", max_shard_size="40KB")
    check(len(list((folder / "several").glob("*.safetensors"))) > 2, "a model in several files")
    gpt2.convert(folder / "several", folder / "several.bin")
    check((folder / "several.bin").read_bytes() == reference, "the same checkpoint from several files")
    model.transformer.save_pretrained(folder / "bare")
    gpt2.convert(folder / "bare", folder / "bare.bin")
    check((folder / "bare.bin").read_bytes() == reference, "the same checkpoint from a model without its head")
    gpt2.convert(folder / "one", folder / "one.gguf", "--without-tokenizer")
    gpt2.convert(folder / "one.gguf", folder / "gguf.bin")
    check((folder / "gguf.bin").read_bytes() == reference, "the same checkpoint by way of GGUF")

    for kind, dtype in [("bf16", torch.bfloat16), ("fp16", torch.float16)]:
        source = folder / kind
        model.to(dtype).save_pretrained(source)
        model.float()
        gpt2.convert(source, f"{folder}/{kind}-back/")
        same = (source / "model.safetensors").read_bytes() == (folder / f"{kind}-back/model.safetensors").read_bytes()
        check(same, f"{kind}: model.safetensors has the bytes that transformers wrote")
        loaded = AutoModelForCausalLM.from_pretrained(folder / f"{kind}-back")
        check(loaded.dtype == dtype, f"{kind}: transformers loads it as such")
    gpt2.convert(folder / "bf16", folder / "bf16.bin")
    gpt2.convert(folder / "bf16.bin", f"{folder}/bf16-again/")
    same = (folder / "bf16/model.safetensors").read_bytes() == (folder / "bf16-again/model.safetensors").read_bytes()
    check(same, "bf16 by way of llm.c's version 5: the same bytes")


def variants(gpt2: Converter, folder: Path) -> None:
    """What old versions wrote, and what is no GPT-2."""
    tensors = load_file(folder / "one/model.safetensors")
    table = tensors["transformer.wte.weight"]
    old = folder / "old"
    shutil.copytree(folder / "one", old)
    masks = {f"transformer.h.{n}.attn.bias": torch.tril(torch.ones(1, 1, 24, 24)) for n in range(3)}
    masks |= {f"transformer.h.{n}.attn.masked_bias": torch.tensor(-1e4) for n in range(3)}
    save_file({**tensors, **masks, "lm_head.weight": table.clone()}, old / "model.safetensors", {"format": "pt"})
    gpt2.convert(old, folder / "old.bin")
    check((folder / "old.bin").read_bytes() == (folder / "one.bin").read_bytes(), "masks and a tied head are ignored")

    untied = random_model(301, 300, n_positions=24, n_embd=30, n_layer=3, n_head=3, tie_word_embeddings=False)
    untied.save_pretrained(folder / "untied")
    result = gpt2.run("convert", folder / "untied", folder / "untied.bin")
    check(result.returncode == 2 and "tie_word_embeddings" in result.stderr, f"refused: {result.stderr.strip()}")
    save_file({**tensors, "lm_head.weight": table + 1}, old / "model.safetensors", {"format": "pt"})
    result = gpt2.run("convert", old, folder / "untied.bin")
    check(result.returncode == 2 and "head" in result.stderr, f"refused: {result.stderr.strip()}")
    check(not (folder / "untied.bin").exists(), "and nothing is written")


def tokenized(gpt2: Converter, source: Path, text: str, folder: Path) -> list[int]:
    """The tokens that `gpt2 tokenize` makes of a text, without the end-of-text before it."""
    (folder / "text.txt").write_bytes(text.encode())
    result = gpt2.run("tokenize", folder / "text.txt", "--tokenizer", source, "--output", folder / "text", "--overwrite")
    check(result.returncode == 0, f"tokenize {result.stderr.strip()}")
    data = b"".join((folder / f"text_{part}.bin").read_bytes()[1024:] for part in ["val", "train"])
    return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2)][1:]


def real_tokenizer(gpt2: Converter, source: Path, folder: Path) -> None:
    """A small model with GPT-2's tokens, out of and into transformers."""
    model = random_model(50257, 50256, n_positions=32, n_embd=8, n_layer=1, n_head=2)
    reference = tokenizer(source, folder / "vocabulary")
    model.save_pretrained(folder / "real")
    reference.save_pretrained(folder / "real")
    check((folder / "real/tokenizer.json").exists(), "transformers writes tokenizer.json")
    gpt2.convert(folder / "real", folder / "real.bin")
    gpt2.convert(folder / "real.bin", folder / "named.gguf", "--tokenizer", source)
    gpt2.convert(folder / "real", folder / "own.gguf")
    same = (folder / "named.gguf").read_bytes() == (folder / "own.gguf").read_bytes()
    check(same, "tokenizer.json is the same tokenizer as llm.c's file")
    gpt2.convert(folder / "real", f"{folder}/real-back/")
    gpt2.convert(folder / "real-back", folder / "back.gguf")
    same = (folder / "back.gguf").read_bytes() == (folder / "own.gguf").read_bytes()
    check(same, "vocab.json and merges.txt of ours are the same tokenizer")
    loaded = AutoTokenizer.from_pretrained(folder / "real-back")
    check(type(loaded) is type(reference), f"AutoTokenizer makes a {type(loaded).__name__} of them")
    check(loaded.get_vocab() == reference.get_vocab(), "with the same vocabulary")
    check(loaded.eos_token_id == loaded.bos_token_id == 50256, "and the same end-of-text")
    for text in TEXTS:
        check(loaded(text)["input_ids"] == reference(text)["input_ids"], f"and the same tokens of {text!r}")
    check(len(loaded) == 50257, "and no others")
    for text in TEXTS:
        # Of a text with blank lines `tokenize` makes several.
        if text.strip() and "\n\n" not in text:
            check(tokenized(gpt2, source, text, folder) == loaded(text)["input_ids"], f"which are ours of {text!r}")


def trained_model(gpt2: Converter, model: Path, source: Path, folder: Path) -> None:
    gpt2.convert(model, f"{folder}/trained/", "--tokenizer", source)
    gpt2.convert(folder / "trained", folder / "trained.bin")
    check((folder / "trained.bin").read_bytes() == model.read_bytes(), "the checkpoint comes back byte for byte")
    loaded = AutoModelForCausalLM.from_pretrained(folder / "trained").eval()
    check(isinstance(loaded, GPT2LMHeadModel), "AutoModelForCausalLM makes a GPT2LMHeadModel of it")
    tokens = AutoTokenizer.from_pretrained(folder / "trained")
    for text in ["ROMEO:", "The king is dead, and", "I have"]:
        inputs = tokens(text, return_tensors="pt")
        with torch.no_grad():
            output = loaded.generate(
                **inputs, max_new_tokens=20, do_sample=False, pad_token_id=50256, eos_token_id=None)
        expected = output[0, inputs["input_ids"].shape[1] :].tolist()
        result = gpt2.run(
            "generate", "--model", folder / "trained", "--prompt", text, "--temperature", 0, "--max-tokens", 20,
            "--ignore-end-of-text", "--json")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        found = [token["id"] for token in lines[0]["tokens"]]
        check(found == expected, f"20 greedy tokens after {text!r}: {tokens.decode(expected)!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("gpt2", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    gpt2 = Converter(arguments.gpt2.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small_model(gpt2, folder)
        variants(gpt2, folder)
        if arguments.tokenizer:
            real_tokenizer(gpt2, arguments.tokenizer, folder)
        if arguments.tokenizer and arguments.model:
            trained_model(gpt2, arguments.model, arguments.tokenizer, folder)
    print("all the same")


main()
