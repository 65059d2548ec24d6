"""Writes facts about llm.c's random initialisation as PyTorch draws it, for an implementation to be compared with.

One line a tensor, in checkpoint order and before padding: name, element count, first 8 values, last 4 values, sum,
sum of squares (both added up in float64). A tensor of fewer than 12 elements would repeat some; none is that small.
PyTorch draws with vectorised log, sin and cos, so a scalar library may differ in the last bit or two.
"""

import argparse
from pathlib import Path

import torch

from gpt2 import Configuration, initial_parameters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--heads", type=int, required=True)
    parser.add_argument("--channels", type=int, required=True)
    parser.add_argument("--vocabulary", type=int, default=50257)
    parser.add_argument("--max-sequence", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=Path, required=True, help="text file")
    options = parser.parse_args()

    configuration = Configuration(
        options.layers, options.heads, options.channels, options.vocabulary, options.max_sequence
    )
    lines = [
        f"# {configuration}, init gpt2, seed {options.seed}, PyTorch {torch.__version__}",
        "# name, elements, first 8, last 4, sum, sum of squares; wte without its padding rows",
    ]
    for name, tensor in initial_parameters(configuration, options.seed, "gpt2").items():
        values = tensor.flatten().double()
        facts = [*values[:8].tolist(), *values[-4:].tolist(), values.sum().item(), values.square().sum().item()]
        lines.append(" ".join([name, str(values.numel()), *(f"{fact:.9g}" for fact in facts)]))
    options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
