"""Holds the page of the rung nanogpt to PyTorch: attention and logit lens of the model that lies beside it, in float64.

    pip install torch numpy
    ladder nanogpt --output lessons/nanogpt
    python dev/reference/lessons/nanogpt_page.py lessons/nanogpt

Reads the page's numbers and the checkpoint, runs the plain GPT-2 of dev/reference/gpt2.py over the page's text, and prints the
largest differences. Exit code 1 if one is larger than a page shows.
"""

import base64
import html
import json
import math
import pathlib
import re
import sys

import numpy as np
import torch
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from binary_files import read_checkpoint
from gpt2 import PER_LAYER, attention, normalised

LARGEST = 1e-5


def inside(parameters, configuration, tokens):
    """Of a text (T): weights (L, NH, T, T), and probabilities after 0 to L layers, (L + 1, T, V)."""
    layers = [dict(zip(PER_LAYER, slices)) for slices in zip(*(parameters[name].unbind() for name in PER_LAYER))]
    x = (parameters["wte"][tokens] + parameters["wpe"][: len(tokens)])[None]
    T, size = len(tokens), configuration.channels // configuration.heads
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    weights, states = [], [x]
    for p in layers:
        qkv = functional.linear(normalised(x, p["ln1w"], p["ln1b"]), p["qkvw"], p["qkvb"])
        query, key, _ = (part[0].view(T, -1, size).transpose(0, 1) for part in qkv.split(configuration.channels, dim=2))
        scores = query @ key.transpose(1, 2) / math.sqrt(size)
        weights.append(scores.masked_fill(future, -math.inf).softmax(dim=-1))
        x = x + functional.linear(attention(qkv, configuration.heads), p["attprojw"], p["attprojb"])
        hidden = functional.linear(normalised(x, p["ln2w"], p["ln2b"]), p["fcw"], p["fcb"])
        x = x + functional.linear(functional.gelu(hidden, approximate="tanh"), p["fcprojw"], p["fcprojb"])
        states.append(x)
    said = [
        functional.linear(normalised(state[0], parameters["lnfw"], parameters["lnfb"]), parameters["wte"]).softmax(-1)
        for state in states
    ]
    return torch.stack(weights), torch.stack(said)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    page = (folder / "index.html").read_text()
    values = json.loads(html.unescape(re.search(r'<figure id="attention"[^>]*data-values="([^"]*)"', page)[1]))
    configuration, parameters = read_checkpoint(next(folder.glob("model_*.bin")))
    parameters = {name: tensor.double() for name, tensor in parameters.items()}
    weights, said = inside(parameters, configuration, torch.tensor(values["tokens"]))

    def floats(name):
        return torch.from_numpy(np.frombuffer(base64.b64decode(values[name]), "<f4").astype(np.float64))

    T = len(values["tokens"])
    rows = torch.tril_indices(T, T)
    likeliest = torch.tensor(values["likeliest"]).view(said.shape[0], T, -1)
    targets = torch.tensor(values["targets"]).expand(said.shape[0], T)[..., None]
    differences = {
        "attention": (weights[:, :, rows[0], rows[1]].flatten() - floats("attention")).abs().max().item(),
        "lens": (said.gather(2, likeliest).flatten() - floats("probabilities")).abs().max().item(),
        "what came": (said.gather(2, targets).flatten() - floats("came")).abs().max().item(),
        "likeliest first": (said.topk(likeliest.shape[2]).values - said.gather(2, likeliest)).abs().max().item(),
    }
    for name, difference in differences.items():
        print(f"{name}: {difference:.1e}")
    sys.exit(max(differences.values()) > LARGEST)


if __name__ == "__main__":
    main()
