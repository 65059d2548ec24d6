"""Writes what PyTorch in float64 computes for the answers of the instruction files in Tests/Fixtures/instructions.

    python dev/reference/make_instruction_reference.py --fixtures Tests/Fixtures/instructions

Each example is alone here, neither packed nor padded: its prompt, its answers, and the mean over the answers' tokens of
all examples. The tokenizer is that of single bytes (end-of-text is 256), so tokens are bytes and nothing else is needed.

model.bin: a small random GPT-2 in llm.c's format. expected.json: examples, answers' tokens and loss of each file, and of
all three together. gradients.bin: those of the loss of all three, float32 in checkpoint order, wte's without padding.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from binary_files import write_checkpoint, write_floats
from gpt2 import Configuration, Parameters, initial_parameters, logits_of, trainable_copy

END_OF_TEXT = 256
IGNORED = -1
CONFIGURATION = Configuration(layers=2, heads=2, channels=10, vocabulary=257, max_sequence=192)

# What stands before and after a text of each role: the templates "alpaca" and "plain".
HEADINGS = {
    "system": ("", "\n\n"),
    "user": ("### Instruction:\n", "\n\n"),
    "input": ("### Input:\n", "\n\n"),
    "assistant": ("### Response:\n", ""),
}
NOTHING = dict.fromkeys(HEADINGS, ("", ""))


def turns(record: dict) -> list[tuple[str, str]]:
    if "messages" in record:
        return [(message["role"], message["content"]) for message in record["messages"]]
    if "prompt" in record:
        return [("user", record["prompt"]), ("assistant", record["completion"])]
    context = [("input", record["input"])] if record.get("input") else []
    return [("user", record["instruction"]), *context, ("assistant", record["output"])]


def example(record: dict, marks: dict[str, tuple[str, str]]) -> tuple[list[int], list[bool]]:
    """Tokens, and whether each belongs to an answer."""
    tokens: list[int] = []
    learnt: list[bool] = []

    def add(more: list[int], is_learnt: bool) -> None:
        tokens.extend(more)
        learnt.extend([is_learnt] * len(more))

    spoken = turns(record)
    while spoken[-1][0] != "assistant":
        spoken.pop()
    for role, text in spoken:
        before, after = marks[role]
        add(list(before.encode()), False)
        if role == "assistant":
            if not tokens:
                add([END_OF_TEXT], False)
            add(list(text.encode()) + [END_OF_TEXT], True)
        else:
            add(list((text + after).encode()), False)
    return tokens, learnt


def losses(parameters: Parameters, examples: list[tuple[list[int], list[bool]]]) -> Tensor:
    """The losses of all tokens that are learnt, one after the other."""
    parts = []
    for tokens, learnt in examples:
        logits = logits_of(parameters, CONFIGURATION, torch.tensor([tokens[:-1]]))[0]
        targets = torch.tensor([token if is_learnt else IGNORED for token, is_learnt in zip(tokens[1:], learnt[1:])])
        each = functional.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none")
        parts.append(each[targets != IGNORED])
    return torch.cat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True)
    folder = parser.parse_args().fixtures
    stored = initial_parameters(CONFIGURATION, seed=14, kind="wide")
    write_checkpoint(folder / "model.bin", stored, CONFIGURATION, version=3, multiple=128)
    parameters = trainable_copy(stored, torch.float64)
    expected = {}
    everything = []
    for name, marks in (("pairs", NOTHING), ("instructions", HEADINGS), ("messages", HEADINGS)):
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        examples = [example(json.loads(line), marks) for line in lines if line]
        everything += examples
        values = losses(parameters, examples)
        expected[name] = {"examples": len(examples), "tokens": len(values), "loss": values.mean().item()}
    values = losses(parameters, everything)
    values.mean().backward()
    expected["all"] = {"examples": len(everything), "tokens": len(values), "loss": values.mean().item()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    with open(folder / "gradients.bin", "wb") as file:
        for name in CONFIGURATION.shapes():
            write_floats(file, parameters[name].grad)
    print(json.dumps(expected, indent=2), "longest", max(len(tokens) for tokens, _ in everything))


if __name__ == "__main__":
    main()
