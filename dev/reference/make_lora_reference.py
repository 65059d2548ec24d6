"""Low-rank adapters for Tests/Fixtures/awkward.bin, and what PyTorch in float64 computes with them.

Written to the output folder, on the batch of awkward_debug_state.bin:
  awkward_lora.bin            adapters of rank 3 for all four linear weights, every value random
  awkward_lora_gradients.bin  the gradients of the loss by them, laid out as adapters are
  awkward_lora_losses.txt     the loss with them, and after each of five AdamW steps that change the adapters alone
  lora_init.txt               what torch.nn.init.kaiming_uniform_ draws for a small model's A
README.md beside this file has the command.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from binary_files import STATE_MAGIC, padded, read_checkpoint, read_header, write_floats, write_header, write_losses
from gpt2 import LINEAR_WEIGHTS, Configuration, Parameters, clip_gradients, logits_of, loss_of

ADAPTER_MAGIC = 20240529
RANK, ALPHA = 3, 5.0
STEPS = 6
LEARNING_RATE, WEIGHT_DECAY, CLIP = 1e-2, 0.1, 1.0

Adapters = dict[str, tuple[Tensor, Tensor]]  # per target A (L, r, in) and B (L, out, r)


def adapted(parameters: Parameters, adapters: Adapters) -> Parameters:
    """The parameters with s·B·A added to the targets."""
    return parameters | {name: parameters[name] + ALPHA / RANK * b @ a for name, (a, b) in adapters.items()}


def fnv1a(words: list[int]) -> int:
    value = 0xCBF29CE484222325
    for word in words:
        value = (value ^ word) * 0x100000001B3 % 2**64
    return value


def checksum(parameters: Parameters) -> int:
    """FNV-1a of words: of parts of 131072 values each, then of the parts' fingerprints."""
    whole = torch.cat([tensor.flatten() for tensor in (parameters | {"wte": padded(parameters["wte"], 128)}).values()])
    words = whole.numpy().view("<u4").tolist()
    return fnv1a([fnv1a(words[start : start + 131072]) for start in range(0, len(words), 131072)])


def write_adapters(path: Path, configuration: Configuration, base: int, values: Adapters) -> None:
    c = configuration
    alpha_bits = int(np.float32(ALPHA).view(np.int32))
    bits = sum(1 << list(c.shapes()).index(name) for name in values)
    halves = np.array([base & 0xFFFFFFFF, base >> 32], dtype="<u4").view("<i4").tolist()
    padded_vocabulary = -(-c.vocabulary // 128) * 128
    sizes = (c.max_sequence, c.vocabulary, padded_vocabulary, c.layers, c.heads, c.channels)
    with open(path, "wb") as file:
        write_header(file, ADAPTER_MAGIC, 1, RANK, alpha_bits, bits, *sizes, *halves)
        for a, b in values.values():
            for layer in range(c.layers):
                write_floats(file, a[layer])
                write_floats(file, b[layer])


def batch_of(path: Path) -> tuple[Tensor, Tensor]:
    with open(path, "rb") as file:
        _, _, B, T, *_ = map(int, read_header(file, STATE_MAGIC))
        tokens = torch.from_numpy(np.fromfile(file, dtype="<i4", count=2 * B * T).astype(np.int64))
    return tokens[: B * T].view(B, T), tokens[B * T :].view(B, T)


def initial_facts(configuration: Configuration, seed: int) -> list[str]:
    """A line for each A, in the order of the draws: layer, target, first 4 values, last 4, sum."""
    generator = torch.Generator().manual_seed(seed)
    lines = [f"# {configuration}, rank {RANK}, seed {seed}, PyTorch {torch.__version__}"]
    for layer in range(configuration.layers):
        for name in LINEAR_WEIGHTS:
            a = torch.empty(RANK, configuration.shapes()[name][2])
            torch.nn.init.kaiming_uniform_(a, a=math.sqrt(5), generator=generator)
            values = a.flatten().double()
            facts = [*values[:4].tolist(), *values[-4:].tolist(), values.sum().item()]
            lines.append(" ".join([str(layer), name, *(f"{fact:.9g}" for fact in facts)]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True, help="folder with awkward.bin, and for the output")
    folder = parser.parse_args().fixtures
    configuration, stored = read_checkpoint(folder / "awkward.bin")
    inputs, targets = batch_of(folder / "awkward_debug_state.bin")

    generator = torch.Generator().manual_seed(42)
    initial: Adapters = {}
    for name in LINEAR_WEIGHTS:
        layers, rows, columns = configuration.shapes()[name]
        a, b = torch.empty(layers, RANK, columns), torch.empty(layers, rows, RANK)
        initial[name] = tuple(factor.normal_(0, 0.2, generator=generator) for factor in (a, b))
    base = checksum(stored)
    write_adapters(folder / "awkward_lora.bin", configuration, base, initial)

    parameters = {name: tensor.double() for name, tensor in stored.items()}
    adapters = {name: tuple(f.double().requires_grad_() for f in factors) for name, factors in initial.items()}
    factors = [factor for pair in adapters.values() for factor in pair]
    optimizer = torch.optim.AdamW(
        factors, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=WEIGHT_DECAY
    )
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(logits_of(adapted(parameters, adapters), configuration, inputs), targets)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {name: (a.grad, b.grad) for name, (a, b) in adapters.items()}
            write_adapters(folder / "awkward_lora_gradients.bin", configuration, base, gradients)
            norm = torch.stack([factor.grad.norm() for factor in factors]).norm().item()
            print(f"gradient norm {norm:.6g}")
        clip_gradients({str(index): factor for index, factor in enumerate(factors)}, CLIP)
        optimizer.step()
    comments = [
        f"adapters of rank {RANK}, alpha {ALPHA} alone are trained, from awkward_lora.bin; before each update",
        f"AdamW: learning rate {LEARNING_RATE}, β1 0.9, β2 0.95, ε 1e-8, weight decay {WEIGHT_DECAY}, clipped to {CLIP}",
        f"{configuration}, the batch of awkward_debug_state.bin, float64, PyTorch {torch.__version__}",
    ]
    write_losses(folder / "awkward_lora_losses.txt", losses, comments)
    print(*(f"{loss:.9g}" for loss in losses))
    small = Configuration(layers=2, heads=2, channels=32, vocabulary=65, max_sequence=16)
    (folder / "lora_init.txt").write_text("\n".join(initial_facts(small, 42)) + "\n")


if __name__ == "__main__":
    main()
