"""Writes what PyTorch in float64 computes for tiny.bin and its batch where some targets are ignored.

    python dev/reference/make_masked_reference.py --fixtures Tests/Fixtures

tiny_masked.bin, little-endian: int32 targets (B·T), of which some are -1 (cross_entropy's ignore_index); float32 loss,
the mean over the others; float32 gradients in checkpoint order, wte's without padding rows.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from binary_files import STATE_MAGIC, read_checkpoint, read_header, write_floats
from gpt2 import logits_of, trainable_copy

IGNORED = -1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True)
    folder = parser.parse_args().fixtures
    configuration, stored = read_checkpoint(folder / "tiny.bin")
    with open(folder / "tiny_debug_state.bin", "rb") as file:
        _, _, B, T, *_ = map(int, read_header(file, STATE_MAGIC))
        tokens = torch.from_numpy(np.fromfile(file, dtype="<i4", count=2 * B * T).astype(np.int64))
    inputs, targets = tokens[: B * T].view(B, T), tokens[B * T :].clone()
    # A prompt at the beginning of the first row, and all but two places of the second.
    targets[: T // 2] = IGNORED
    targets[T : 2 * T - 2] = IGNORED
    parameters = trainable_copy(stored, torch.float64)
    logits = logits_of(parameters, configuration, inputs)
    loss = functional.cross_entropy(logits.flatten(0, 1), targets, ignore_index=IGNORED)
    loss.backward()
    with open(folder / "tiny_masked.bin", "wb") as file:
        file.write(targets.numpy().astype("<i4").tobytes())
        write_floats(file, loss.detach())
        for name in configuration.shapes():
            write_floats(file, parameters[name].grad)
    print(f"loss {loss.item():.9f} of {(targets != IGNORED).sum().item()} targets")


if __name__ == "__main__":
    main()
