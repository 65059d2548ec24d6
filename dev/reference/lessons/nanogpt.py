"""Writes Tests/Fixtures/lessons/nanogpt.json: nanoGPT's own model and optimizer, in float64, training on a short text.

    pip install torch numpy
    git clone https://github.com/karpathy/nanoGPT
    python dev/reference/lessons/nanogpt.py nanoGPT

nanoGPT's model.py is imported from that checkout; made with commit 3adf61e. Two things are changed from outside, where
this project is like GPT-2 and nanoGPT is not: GELU is the tanh approximation, and linear layers and norms have biases. All
weights start random, norms' and biases' too, so that nothing is hidden by a zero. The learning rates are those of
train.py's get_lr without a warm-up.
"""

import json
import math
import pathlib
import sys

import torch

TEXT = "to be, or not to be: that is the question.\nwhether 'tis nobler in the mind to suffer\n"
LAYERS, HEADS, CHANNELS, LENGTH, BATCH, STEPS = 2, 2, 6, 5, 2, 12
RATE, DECAY, FINAL = 0.03, 0.1, 0.1

# llm.c's names for nanoGPT's, which project and fixture use.
NAMES = {
    "ln1w": "ln_1.weight", "ln1b": "ln_1.bias", "qkvw": "attn.c_attn.weight", "qkvb": "attn.c_attn.bias",
    "attprojw": "attn.c_proj.weight", "attprojb": "attn.c_proj.bias", "ln2w": "ln_2.weight", "ln2b": "ln_2.bias",
    "fcw": "mlp.c_fc.weight", "fcb": "mlp.c_fc.bias", "fcprojw": "mlp.c_proj.weight", "fcprojb": "mlp.c_proj.bias",
}


def flat(model):
    state = model.state_dict()
    tensors = {"wte": [state["transformer.wte.weight"]], "wpe": [state["transformer.wpe.weight"]]}
    for name, other in NAMES.items():
        tensors[name] = [state[f"transformer.h.{layer}.{other}"] for layer in range(LAYERS)]
    tensors["lnfw"], tensors["lnfb"] = [state["transformer.ln_f.weight"]], [state["transformer.ln_f.bias"]]
    return {
        name: [float(f"{value:.9g}") for part in parts for value in part.flatten().tolist()]
        for name, parts in tensors.items()
    }


def main():
    sys.path.insert(0, sys.argv[1])
    from model import GPT, GPTConfig

    torch.manual_seed(1)
    characters = sorted(set(TEXT))
    tokens = torch.tensor([characters.index(character) for character in TEXT])
    model = GPT(GPTConfig(
        block_size=LENGTH, vocab_size=len(characters), n_layer=LAYERS, n_head=HEADS, n_embd=CHANNELS, dropout=0.0,
        bias=True)).double()
    for block in model.transformer.h:
        block.mlp.gelu = torch.nn.GELU(approximate="tanh")
    with torch.no_grad():
        for name, values in model.named_parameters():
            values += torch.randn(values.shape, dtype=torch.float64) * 0.3
            values.copy_(values.to(torch.float32))
    start = flat(model)
    optimizer = model.configure_optimizers(DECAY, RATE, (0.9, 0.99), "cpu")

    losses = []
    size = BATCH * LENGTH
    for step in range(STEPS):
        # Ours begin at multiples of B x T; when the text ends they begin again.
        first = step % ((len(tokens) - 1) // size) * size
        inputs = tokens[first:first + size].view(BATCH, LENGTH)
        targets = tokens[first + 1:first + size + 1].view(BATCH, LENGTH)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (FINAL + (1 - FINAL) * 0.5 * (1 + math.cos(math.pi * step / STEPS)))
        _, loss = model(inputs, targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())

    path = pathlib.Path(__file__).resolve().parents[3] / "Tests/Fixtures/lessons/nanogpt.json"
    path.write_text(json.dumps({
        "text": TEXT, "characters": "".join(characters), "tokens": tokens.tolist(), "layers": LAYERS,
        "heads": HEADS, "channels": CHANNELS, "sequenceLength": LENGTH, "batchSize": BATCH,
        "learningRate": RATE, "start": start, "losses": losses, "end": flat(model),
    }, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
