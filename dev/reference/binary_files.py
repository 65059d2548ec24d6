"""llm.c's binary files: checkpoints, reference states and token files. Little-endian; headers are 256 × int32."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from gpt2 import Configuration, Parameters

CHECKPOINT_MAGIC, STATE_MAGIC, TOKENS_MAGIC = 20240326, 20240327, 20240520


def write_header(file: BinaryIO, *fields: int) -> None:
    header = np.zeros(256, dtype="<i4")
    header[: len(fields)] = fields
    file.write(header.tobytes())


def read_header(file: BinaryIO, magic: int) -> np.ndarray:
    header = np.frombuffer(file.read(1024), dtype="<i4")
    if len(header) != 256 or header[0] != magic:
        raise SystemExit(f"{file.name}: expected a header with magic {magic}")
    return header


def write_floats(file: BinaryIO, tensor: Tensor) -> None:
    file.write(tensor.detach().to(torch.float32).contiguous().numpy().data)


def write_bfloats(file: BinaryIO, tensor: Tensor) -> None:
    """bfloat16, rounded to nearest even; NumPy has no such type, so the bits travel as int16."""
    file.write(tensor.detach().to(torch.bfloat16).contiguous().view(torch.int16).numpy().data)


def padded(wte: Tensor, multiple: int) -> Tensor:
    """(V, C) -> (Vp, C): zero rows up to the next multiple."""
    return torch.nn.functional.pad(wte, (0, 0, 0, -wte.shape[0] % multiple))


def write_checkpoint(
    path: Path, parameters: Parameters, configuration: Configuration, version: int, multiple: int
) -> None:
    """Version 1: float32 without padding. Version 3: float32, padded. Version 5: bfloat16, padded."""
    wte = parameters["wte"] if version == 1 else padded(parameters["wte"], multiple)
    padded_vocabulary = 0 if version == 1 else wte.shape[0]
    write_values = write_bfloats if version == 5 else write_floats
    c = configuration
    with open(path, "wb") as file:
        sizes = (c.max_sequence, c.vocabulary, c.layers, c.heads, c.channels, padded_vocabulary)
        write_header(file, CHECKPOINT_MAGIC, version, *sizes)
        for tensor in ({**parameters, "wte": wte}).values():
            write_values(file, tensor)


def read_checkpoint(path: Path) -> tuple[Configuration, Parameters]:
    """Reads a version 3 checkpoint; wte comes back without its padding rows."""
    with open(path, "rb") as file:
        _, version, max_sequence, vocabulary, layers, heads, channels, padded_vocabulary, *_ = map(
            int, read_header(file, CHECKPOINT_MAGIC)
        )
        if version != 3:
            raise SystemExit(f"{path}: version {version}; only version 3 (float32, padded) is read here")
        configuration = Configuration(layers, heads, channels, vocabulary, max_sequence)
        parameters = {}
        for name, shape in configuration.shapes().items():
            shape = (padded_vocabulary, channels) if name == "wte" else shape
            values = np.fromfile(file, dtype="<f4", count=int(np.prod(shape)))
            parameters[name] = torch.from_numpy(values).view(shape)
    parameters["wte"] = parameters["wte"][:vocabulary]
    return configuration, parameters


def write_state(
    path: Path, inputs: Tensor, targets: Tensor, logits: Tensor, loss: Tensor, gradients: Parameters, multiple: int
) -> None:
    """Version 2: inputs (B, T), targets (B, T), logits (B, T, V), the loss, and the gradients as padded parameters."""
    with open(path, "wb") as file:
        write_header(file, STATE_MAGIC, 2, *inputs.shape)
        for tokens in (inputs, targets):
            file.write(tokens.to(torch.int32).contiguous().numpy().data)
        write_floats(file, logits)
        write_floats(file, loss.reshape(1))
        for gradient in ({**gradients, "wte": padded(gradients["wte"], multiple)}).values():
            write_floats(file, gradient)


def write_tokens(path: Path, tokens: list[int]) -> None:
    with open(path, "wb") as file:
        write_header(file, TOKENS_MAGIC, 1, len(tokens))
        file.write(np.array(tokens, dtype="<u2").tobytes())


def read_tokens(path: Path) -> np.ndarray:
    with open(path, "rb") as file:
        header = read_header(file, TOKENS_MAGIC)
        tokens = np.fromfile(file, dtype="<u2")
    if header[1] != 1 or header[2] != len(tokens):
        raise SystemExit(f"{path}: version {header[1]}, {header[2]} tokens declared, {len(tokens)} found")
    return tokens


def write_losses(path: Path, losses: list[float], comments: list[str]) -> None:
    """One loss a line, nine significant digits (a float32 survives); comment lines start with '#'."""
    lines = [f"# {comment}" for comment in comments] + [f"{loss:.9g}" for loss in losses]
    path.write_text("\n".join(lines) + "\n")
