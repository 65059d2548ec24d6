"""Trains a version 3 checkpoint on a token file with PyTorch and prints the loss of every step, one a line.

Batches come in order, as llm.c's loader gives them without shuffling: step s reads B·T + 1 tokens from s·B·T, and
starts over when too few are left. AdamW decays only the matrices; the learning rate is constant, without warm-up.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from binary_files import read_checkpoint, read_tokens, write_losses
from gpt2 import Recipe, train, trainable_copy


def batches_in_order(tokens: np.ndarray, B: int, T: int, steps: int) -> Iterable[tuple[Tensor, Tensor]]:
    """Inputs and targets (B, T), the targets one token on."""
    samples = (len(tokens) - 1) // (B * T)
    if samples == 0:
        raise SystemExit(f"{len(tokens)} tokens are too few for one batch of {B} x {T}, which needs {B * T + 1}")
    for step in range(steps):
        start = step % samples * B * T
        window = torch.from_numpy(tokens[start : start + B * T + 1].astype(np.int64))
        yield window[:-1].view(B, T), window[1:].view(B, T)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint, version 3")
    parser.add_argument("--data", type=Path, required=True, help="token file")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--sequence-length", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--beta2", type=float, default=0.95)
    parser.add_argument("--weight-decay", type=float, default=0.1, help="on the matrices only")
    parser.add_argument("--clip", type=float, default=1.0, help="largest global gradient norm; 0 means no clipping")
    parser.add_argument("--double", action="store_true", help="compute in float64")
    parser.add_argument("--threads", type=int, help="PyTorch's own choice if not given")
    parser.add_argument("--output", type=Path, help="also write the losses to this file")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)

    dtype = torch.float64 if options.double else torch.float32
    configuration, initial = read_checkpoint(options.model)
    tokens = read_tokens(options.data)
    if tokens.max() >= configuration.vocabulary:
        raise SystemExit(f"{options.data}: token {tokens.max()} is outside the vocabulary {configuration.vocabulary}")
    recipe = Recipe(
        learning_rate=options.learning_rate,
        beta2=options.beta2,
        weight_decay=options.weight_decay,
        decay_everything=False,
        clip=options.clip,
    )
    parameters = trainable_copy(initial, dtype)
    del initial
    batches = batches_in_order(tokens, options.batch_size, options.sequence_length, options.steps)
    losses = []
    for loss in train(parameters, configuration, batches, recipe):
        print(f"{loss:.9g}", flush=True)
        losses.append(loss)
    if options.output:
        comments = [
            f"{recipe}, β1 0.9, ε 1e-8; each loss is before that step's update",
            f"{configuration}, B {options.batch_size}, T {options.sequence_length}",
            f"model {options.model.name}, data {options.data.name}, {dtype}, PyTorch {torch.__version__}",
        ]
        write_losses(options.output, losses, comments)


if __name__ == "__main__":
    main()
