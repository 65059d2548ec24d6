"""Holds the chat template that `gpt2 convert` writes against transformers: the tokens of every conversation are those
that training learns, and those that `generate` asks with.

    python chat_template.py GPT2

Needs torch, numpy and transformers. GPT2 is the command. Ends with exit code 1 at the first thing that is not the same.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from make_instruction_reference import HEADINGS, NOTHING, example, turns
from transformers import AutoTokenizer

FIXTURES = Path(__file__).parents[2] / "Tests/Fixtures/instructions"
OWN = {
    "system": ("<<", ">>\t"),
    "user": ("'Q'\\ ", "\n"),
    "input": ("", "\n\n"),
    "assistant": ('"A" é: ', "\n"),
}


def check(holds: bool, what: str) -> None:
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        sys.exit(1)


def with_separator(record: dict, marks: dict[str, tuple[str, str]]) -> list[int]:
    """The example's tokens; what is after the assistant's marks stands behind all answers but the last."""
    after = marks["assistant"][1]
    if not after:
        return example(record, marks)[0]
    spoken = turns(record)
    while spoken[-1][0] != "assistant":
        spoken.pop()
    tokens = []
    for place, (role, text) in enumerate(spoken):
        tokens += list((marks[role][0] + text).encode())
        if role == "assistant":
            tokens += [256] + (list(after.encode()) if place + 1 < len(spoken) else [])
        else:
            tokens += list(marks[role][1].encode())
    return tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", type=Path)
    program = parser.parse_args().gpt2.resolve()

    def run(*arguments) -> None:
        result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
        check(result.returncode == 0, f"{arguments[0]} {result.stderr.strip().splitlines()[-1]}")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("tokenize", "--byte-level", folder / "byte.bin")
        own = {role: {"before": before, "after": after} for role, (before, after) in OWN.items()}
        (folder / "own.json").write_text(json.dumps(own))
        for template, marks in (("alpaca", HEADINGS), ("plain", NOTHING), (folder / "own.json", OWN)):
            label = Path(template).stem
            run("train", "--model", FIXTURES / "model.bin", "--instructions", FIXTURES / "messages.jsonl", "--template",
                template, "--tokenizer", folder / "byte.bin", "--output", folder / label, "--steps", 1,
                "--sample-interval", 0)  # fmt: skip
            run("convert", folder / label, f"{folder / label}-folder/")
            tokenizer = AutoTokenizer.from_pretrained(f"{folder / label}-folder")
            for file in ("messages", "instructions"):
                for line in (FIXTURES / f"{file}.jsonl").read_text().splitlines():
                    # "<|endoftext|>" in a text is a token to transformers, which sees marks and texts as one.
                    if not line or "<|" in line:
                        continue
                    record = json.loads(line)
                    spoken = turns(record)
                    while spoken[-1][0] != "assistant":
                        spoken.pop()
                    messages = [{"role": role, "content": text} for role, text in spoken]
                    ids = tokenizer.apply_chat_template(messages, return_dict=False)
                    # Nothing but an answer begins with end-of-text when it is learnt, as a document does.
                    learnt = with_separator(record, marks)
                    check(ids == learnt[learnt[0] == 256 :], f"{label}: {line[:60]}")
                    asked = tokenizer.apply_chat_template(
                        messages[:-1], add_generation_prompt=True, return_dict=False)  # fmt: skip
                    check(not asked or asked == ids[: len(asked)], "the same before the answer")


if __name__ == "__main__":
    main()
