"""Makes a random GPT-2 of any size with the numbers an implementation should find on it.

Written to the output folder: NAME.bin, NAME_v1.bin and NAME_bf16.bin (checkpoints, as asked for), NAME_debug_state.bin
(a batch, its logits, loss and gradients), NAME_losses_llmc.txt and NAME_losses_strict.txt (training on that batch).
README.md beside this file lists the commands that made the committed fixtures.
"""

import argparse
import itertools
import resource
import time
from pathlib import Path

import torch
from torch import Tensor

from binary_files import write_checkpoint, write_losses, write_state
from gpt2 import RECIPES, Configuration, initial_parameters, logits_of, loss_of, train, trainable_copy

CHECKPOINT_SUFFIXES = {1: "_v1", 3: "", 5: "_bf16"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--channels", type=int, default=768)
    parser.add_argument("--vocabulary", type=int, default=50257)
    parser.add_argument("--max-sequence", type=int, default=1024)
    parser.add_argument("--padding-multiple", type=int, default=128, help="the vocabulary is padded to a multiple of it")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--sequence", type=int, default=64)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--init", choices=("gpt2", "wide"), default="gpt2", help="gpt2: as llm.c; wide: all random")
    parser.add_argument("--versions", type=int, nargs="+", choices=(1, 3, 5), default=[3], help="checkpoint versions")
    parser.add_argument("--steps", type=int, default=10, help="length of each training trajectory")
    parser.add_argument("--double", action="store_true", help="compute in float64, round to float32 when writing")
    parser.add_argument("--threads", type=int, help="PyTorch's own choice if not given")
    parser.add_argument("--output", type=Path, required=True, help="folder, made if missing")
    parser.add_argument("--name", required=True)
    return parser.parse_args()


def random_batch(configuration: Configuration, batch: int, sequence: int, seed: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets (B, T): a random stream of tokens, and the same stream one token on."""
    generator = torch.Generator().manual_seed(seed)
    stream = torch.randint(configuration.vocabulary, (batch * sequence + 1,), generator=generator)
    return stream[:-1].view(batch, sequence), stream[1:].view(batch, sequence)


def main() -> None:
    options = arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    start = time.monotonic()
    dtype = torch.float64 if options.double else torch.float32
    configuration = Configuration(
        options.layers, options.heads, options.channels, options.vocabulary, options.max_sequence
    )
    initial = initial_parameters(configuration, options.seed, options.init)
    inputs, targets = random_batch(configuration, options.batch, options.sequence, options.seed)

    options.output.mkdir(parents=True, exist_ok=True)
    for version in options.versions:
        path = options.output / f"{options.name}{CHECKPOINT_SUFFIXES[version]}.bin"
        write_checkpoint(path, initial, configuration, version, options.padding_multiple)

    parameters = trainable_copy(initial, dtype)
    logits = logits_of(parameters, configuration, inputs)
    loss = loss_of(logits, targets)
    loss.backward()
    gradients = {name: tensor.grad for name, tensor in parameters.items()}
    path = options.output / f"{options.name}_debug_state.bin"
    write_state(path, inputs, targets, logits, loss, gradients, options.padding_multiple)
    del parameters, logits, loss, gradients  # at 124M these hold over a gigabyte that training needs

    for name, recipe in RECIPES.items():
        same_batch = itertools.repeat((inputs, targets), options.steps)
        losses = list(train(trainable_copy(initial, dtype), configuration, same_batch, recipe))
        comments = [
            f"recipe {name}: {recipe}, β1 0.9, ε 1e-8; each loss is before that step's update",
            f"{configuration}, init {options.init}, seed {options.seed}",
            f"B {options.batch}, T {options.sequence}, the batch of {path.name}",
            f"{dtype}, PyTorch {torch.__version__}",
        ]
        write_losses(options.output / f"{options.name}_losses_{name}.txt", losses, comments)
        print(name, *(f"{loss:.9g}" for loss in losses))

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{time.monotonic() - start:.1f} s, peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
