"""Holds tokenizers with added tokens against transformers, tokenizers and llama.cpp, on every way through `gpt2 convert`.

    python special_tokens_round_trip.py GPT2

Needs torch, transformers and llama-cpp-python. GPT2 is the command; model and texts are Tests/Fixtures/special_tokens.
Ends with exit code 1 at the first thing that is not the same.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from llama_cpp import Llama
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

FIXTURE = (Path(__file__).parent / "../../Tests/Fixtures/special_tokens").resolve()
MODEL = FIXTURE / "model"
CASES = json.loads((FIXTURE / "expected.json").read_text())


def check(holds: bool, what: str) -> None:
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        sys.exit(1)


def convert(source, target, *options) -> None:
    command = [sys.argv[1], "convert", str(source), str(target), *map(str, options)]
    result = subprocess.run(command, capture_output=True, text=True)
    check(result.returncode == 0, f"convert {Path(source).name} {result.stderr.strip()}")


def check_folder(folder: Path, what: str) -> None:
    loaded, reference = AutoTokenizer.from_pretrained(folder), AutoTokenizer.from_pretrained(MODEL)
    whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for case in CASES:
        text = case["text"]
        if loaded(text)["input_ids"] != case["ids"]:
            check(False, f"{what}: AutoTokenizer's ids of {text!r}")
        if whole.encode(text).ids != case["ids"]:
            check(False, f"{what}: Tokenizer.from_file's ids of {text!r}")
        if loaded(text, split_special_tokens=True)["input_ids"] != case["plain"]:
            check(False, f"{what}: ids of {text!r} with special tokens split")
    check(True, f"{what}: the ids of {len(CASES)} texts in AutoTokenizer and Tokenizer.from_file")
    for name in ["bos", "eos", "unk", "pad", "mask", "sep", "cls"]:
        expected, found = getattr(reference, f"{name}_token_id"), getattr(loaded, f"{name}_token_id")
        check(expected == found, f"{what}: {name} is {found}")
    check(len(loaded) == len(reference), f"{what}: {len(loaded)} tokens")
    flags = lambda t: {i: (a.content, a.special, a.lstrip, a.rstrip, a.single_word, a.normalized) for i, a in t.added_tokens_decoder.items()}
    check(flags(loaded) == flags(reference), f"{what}: the flags of {len(flags(loaded))} added tokens")
    model = AutoModelForCausalLM.from_pretrained(folder)
    check(model.config.pad_token_id == 769, f"{what}: the model's padding token")


def check_llama(path: Path) -> None:
    llama = Llama(str(path), vocab_only=True, verbose=False)
    added = AutoTokenizer.from_pretrained(MODEL).added_tokens_decoder.values()
    # llama.cpp has no flags, and takes the longest token of the whole text first instead of the leftmost.
    flagged = [t.content for t in added if t.lstrip or t.rstrip or t.single_word] + ["s>xy", "<s>x", "word<"]
    count = 0
    for case in CASES:
        text = case["text"]
        if any(content in text for content in flagged) or not text:
            continue
        for special, key in [(True, "ids"), (False, "plain")]:
            found = llama.tokenize(text.encode(), add_bos=False, special=special)
            if found != case[key]:
                check(False, f"llama.cpp: {text!r} is {found}, expected {case[key]}")
        count += 1
    check(count > 20, f"llama.cpp: the ids of {count} texts without flagged tokens, parsed and plain")
    check(llama.token_eos() == 756 and llama.token_bos() == 756, "llama.cpp: bos and eos")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        convert(MODEL, f"{folder}/copy/")
        for path in MODEL.iterdir():
            check(path.read_bytes() == (folder / "copy" / path.name).read_bytes(), f"folder -> folder: {path.name} byte for byte")
        convert(MODEL, f"{folder}/fp32/", "--format", "fp32")
        before, after = [json.loads((f / "config.json").read_text()) for f in [MODEL, folder / "fp32"]]
        check(before | {"dtype": "float32"} == after, "folder -> folder in fp32: config.json but for dtype")
        convert(MODEL, folder / "model.gguf")
        check_llama(folder / "model.gguf")
        convert(folder / "model.gguf", f"{folder}/of-gguf/")
        check_folder(folder / "of-gguf", "folder -> GGUF -> folder")
        convert(MODEL, folder / "model.bin")
        for tokenizer in [MODEL, MODEL / "tokenizer.json", folder / "model.gguf"]:
            target = folder / f"of-{tokenizer.name}"
            convert(folder / "model.bin", f"{target}/", "--tokenizer", tokenizer)
            check_folder(target, f"folder -> checkpoint, {tokenizer.name} -> folder")
        same = (folder / "of-gguf/model.safetensors").read_bytes() == (MODEL / "model.safetensors").read_bytes()
        check(same, "model.safetensors has the bytes that transformers wrote")


main()
