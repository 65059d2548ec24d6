"""Holds `gpt2 inspect --json` against Hugging Face's transformers on a trained model.

    python inspection_round_trip.py GPT2 --model CHECKPOINT --tokenizer gpt2_tokenizer.bin [--text TEXT]

Needs torch and transformers. GPT2 is the command; the model goes to transformers by `gpt2 convert`. Compares hidden
states, all attention weights, neurons, log-probabilities, the logit lens, embeddings, and all of what comes next with
neurons and heads switched off, and prints the largest difference of each. Ends with exit code 1 if one is above 1e-4:
of log-probabilities and attention as it is, of the others in parts of the largest value.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from inspection import Inside, lens
from torch import Tensor
from transformers import AutoModelForCausalLM

TEXT = "The king is dead, and they who loved him best\nShall follow him; for what is a crown but a weight?\n"
TOLERANCE = 1e-4
NEURONS = [(0, n) for n in range(100)] + [(5, 17), (11, 3000)]
HEADS = [(0, 3), (7, 11)]


class Program:
    def __init__(self, path: Path, *arguments):
        self.path, self.arguments = path, arguments

    def inspect(self, *options) -> dict:
        return self.run("--json", *options)

    def answer(self, request: dict) -> dict:
        return self.run("--json", "--request", "-", input=json.dumps(request))

    def run(self, *options, input: str = "") -> dict:
        command = [str(part) for part in [self.path, "inspect", *self.arguments, *options]]
        result = subprocess.run(command, input=input, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(result.stderr)
        return json.loads(result.stdout)


def places(pairs: list[tuple[int, int]]) -> str:
    return ",".join(f"{layer}:{number}" for layer, number in pairs)


class Comparison:
    def __init__(self):
        self.failed = False

    def report(self, what: str, found, expected: Tensor, relative: bool = True) -> None:
        found = torch.tensor(found, dtype=torch.float64)
        difference = (found - expected).abs().max().item() / (expected.abs().max().item() if relative else 1)
        self.failed |= not difference <= TOLERANCE
        print(f"{'ok     ' if difference <= TOLERANCE else 'DIFFERS'} {what:42} {difference:.1e}", flush=True)


def compare(program: Program, model, text: str) -> bool:
    plain = program.inspect("--prompt", text, "--scores", "--next", "--top", 1000, "--embedding", "mean")
    tokens = [token["id"] for token in plain["tokens"]]
    inside = Inside(model, tokens)
    comparison = Comparison()
    T, layers = len(tokens), model.config.n_layer
    print(f"{T} tokens, {layers} layers")

    log_probabilities = inside.logits.log_softmax(-1)
    found = [score["log_probability"] for score in plain["scores"]]
    expected = torch.stack([log_probabilities[i, token] for i, token in enumerate(tokens[1:])])
    comparison.report("log-probabilities of the text", found, expected, relative=False)
    likeliest = plain["next"]["likeliest"]
    expected = torch.stack([log_probabilities[-1, token["id"]] for token in likeliest])
    comparison.report("log-probabilities of what may come next", [t["log_probability"] for t in likeliest], expected, False)
    comparison.report("embedding, mean", plain["embedding"]["values"], inside.final.mean(0))
    last = program.inspect("--prompt", text, "--embedding", "last")
    comparison.report("embedding, last", last["embedding"]["values"], inside.final[-1])

    report = program.answer({"tokens": tokens, "attention": [{"layer": layer} for layer in range(layers)]})
    rows = [[row + [0] * (T - len(row)) for row in head["weights"]] for head in report["attention"]]
    comparison.report("attention, all heads", rows, torch.cat(inside.attentions), relative=False)

    states = [{"blocks": blocks, "positions": list(range(T))} for blocks in range(layers + 1)]
    report = program.answer({"tokens": tokens, "states": states + [{**states[-1], "normalised": True}]})["states"]
    values = [state["values"] for state in report]
    for blocks in [0, 1, layers // 2, layers]:
        comparison.report(f"hidden states behind {blocks} blocks", values[blocks * T : (blocks + 1) * T], inside.states[blocks])
    comparison.report("hidden states, normalised", values[-T:], inside.final)

    for layer in [0, layers // 2, layers - 1]:
        report = program.inspect("--prompt", text, "--neurons", layer, "--at", T // 2, "--top", 1000)
        neurons = report["neurons"][0]["neurons"]
        expected = torch.stack([inside.activations[layer][T // 2, n["neuron"]] for n in neurons])
        comparison.report(f"neurons of layer {layer}", [n["activation"] for n in neurons], expected)

    report = program.inspect("--prompt", text, "--lens", "--at", T // 2, "--top", 100)
    found, expected = [], []
    for place, state in zip(report["lens"][0]["layers"], inside.states):
        row = lens(model, state[T // 2]).log_softmax(-1)
        found += [token["log_probability"] for token in place["likeliest"]] + [place["log_probability"]]
        expected += [row[token["id"]] for token in place["likeliest"]] + [row[tokens[T // 2 + 1]]]
    comparison.report("logit lens, log-probabilities", found, torch.stack(expected), relative=False)

    for name, neurons, heads in [("neurons", NEURONS, []), ("heads", [], HEADS), ("both", NEURONS, HEADS)]:
        options = (["--neurons-off", places(neurons)] if neurons else []) + (["--heads-off", places(heads)] if heads else [])
        report = program.inspect("--prompt", text, "--next", "--top", 1000, *options)["next"]
        row = Inside(model, tokens, neurons, heads).logits[-1].log_softmax(-1)
        expected = torch.stack([row[token["id"]] for token in report["likeliest"]])
        comparison.report(f"{name} off, log-probabilities", [t["log_probability"] for t in report["likeliest"]], expected, False)
        expected = torch.stack([log_probabilities[-1, token["id"]] for token in report["likeliest"]])
        found = [t["intact_log_probability"] for t in report["likeliest"]]
        comparison.report(f"{name} on again", found, expected, relative=False)
    return not comparison.failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("gpt2", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--text", default=TEXT)
    arguments = parser.parse_args()
    gpt2 = arguments.gpt2.resolve()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [gpt2, "convert", arguments.model, f"{folder}/model/", "--tokenizer", arguments.tokenizer], check=True)
        model = AutoModelForCausalLM.from_pretrained(f"{folder}/model", attn_implementation="eager").eval().double()
        program = Program(gpt2, "--model", arguments.model, "--tokenizer", arguments.tokenizer)
        sys.exit(0 if compare(program, model, arguments.text) else 1)


main()
