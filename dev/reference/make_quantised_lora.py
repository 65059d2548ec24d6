"""Low-rank adapters over quantised weights, and what PyTorch in float64 computes with them over what ggml's Python package
decodes these weights to.

Written to the output folder, F being q8_0 and q4_0:
  F.gguf            a GPT-2 of two layers and 96 channels, which are whole blocks of 32 but not of 64; no tokenizer
  F_lora.bin        adapters of rank 3 for all four linear weights, every value random; the same for both
  F_gradients.bin   the gradients of the loss by them, laid out as adapters are
  F_values.bin      int32: B, T, V; B·T tokens, B·T targets; float32: the logits (B, T, V), then the loss with the
                    adapters and after each of five AdamW steps that change the adapters alone
README.md beside this file has the command.
"""

import argparse
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf import quants
from torch import Tensor

from binary_files import write_floats
from gpt2 import LINEAR_WEIGHTS, Configuration, Parameters, clip_gradients, initial_parameters, logits_of, loss_of
from make_lora_reference import CLIP, LEARNING_RATE, RANK, STEPS, WEIGHT_DECAY, Adapters, adapted, checksum, write_adapters

# The vocabulary is more than 4C = 384 tokens, and no multiple of anything; T is odd.
CONFIGURATION = Configuration(layers=2, heads=3, channels=96, vocabulary=401, max_sequence=16)
BATCH, SEQUENCE = 2, 13
NAMES = {
    "ln1w": "attn_norm.weight", "ln1b": "attn_norm.bias", "qkvw": "attn_qkv.weight", "qkvb": "attn_qkv.bias",
    "attprojw": "attn_output.weight", "attprojb": "attn_output.bias", "ln2w": "ffn_norm.weight",
    "ln2b": "ffn_norm.bias", "fcw": "ffn_up.weight", "fcb": "ffn_up.bias", "fcprojw": "ffn_down.weight",
    "fcprojb": "ffn_down.bias",
}  # fmt: skip
WHOLE = {
    "wte": "token_embd.weight", "wpe": "position_embd.weight", "lnfw": "output_norm.weight", "lnfb": "output_norm.bias",
}  # fmt: skip


def write_model(path: Path, kind: Type, parameters: Parameters) -> Parameters:
    """Writes a GGUF file, and returns what its tensors are decoded to."""
    c = CONFIGURATION
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_type("model")
    writer.add_block_count(c.layers)
    writer.add_context_length(c.max_sequence)
    writer.add_embedding_length(c.channels)
    writer.add_feed_forward_length(4 * c.channels)
    writer.add_head_count(c.heads)
    writer.add_layer_norm_eps(1e-5)

    def add(name: str, tensor: Tensor, is_multiplied: bool) -> Tensor:
        stored = kind if is_multiplied else Type.F32
        data = quants.quantize(tensor.numpy(), stored)
        writer.add_tensor(name, data, raw_dtype=stored)
        return torch.from_numpy(quants.dequantize(data, stored).copy())

    decoded = {}
    for name, tensor in parameters.items():
        if name in WHOLE:
            decoded[name] = add(WHOLE[name], tensor, name == "wte")
        else:
            layers = [
                add(f"blk.{layer}.{NAMES[name]}", values, name in LINEAR_WEIGHTS) for layer, values in enumerate(tensor)
            ]
            decoded[name] = torch.stack(layers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return decoded


def write_reference(folder: Path, kind: Type, parameters: Parameters, initial: Adapters, batch: tuple[Tensor, Tensor]) -> None:
    name = kind.name.lower()
    decoded = write_model(folder / f"{name}.gguf", kind, parameters)
    base = checksum(decoded)
    write_adapters(folder / f"{name}_lora.bin", CONFIGURATION, base, initial)
    weights = {name: tensor.double() for name, tensor in decoded.items()}
    adapters = {name: tuple(f.double().requires_grad_() for f in factors) for name, factors in initial.items()}
    factors = [factor for pair in adapters.values() for factor in pair]
    optimizer = torch.optim.AdamW(factors, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=WEIGHT_DECAY)
    tokens, targets = batch
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        logits = logits_of(adapted(weights, adapters), CONFIGURATION, tokens)
        loss = loss_of(logits, targets)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            first = logits.detach()
            gradients = {name: (a.grad, b.grad) for name, (a, b) in adapters.items()}
            write_adapters(folder / f"{name}_gradients.bin", CONFIGURATION, base, gradients)
        clip_gradients({str(index): factor for index, factor in enumerate(factors)}, CLIP)
        optimizer.step()
    with open(folder / f"{name}_values.bin", "wb") as file:
        file.write(np.array([BATCH, SEQUENCE, CONFIGURATION.vocabulary], dtype="<i4").tobytes())
        for ids in batch:
            file.write(ids.to(torch.int32).numpy().astype("<i4").tobytes())
        write_floats(file, first)
        write_floats(file, torch.tensor(losses, dtype=torch.float64))
    print(name, *(f"{loss:.9g}" for loss in losses))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the output")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    parameters = initial_parameters(CONFIGURATION, 42, "wide")
    generator = torch.Generator().manual_seed(43)
    initial: Adapters = {}
    for name in LINEAR_WEIGHTS:
        layers, rows, columns = CONFIGURATION.shapes()[name]
        a, b = torch.empty(layers, RANK, columns), torch.empty(layers, rows, RANK)
        initial[name] = tuple(factor.normal_(0, 0.1, generator=generator) for factor in (a, b))
    batch = tuple(
        torch.randint(CONFIGURATION.vocabulary, (BATCH, SEQUENCE), generator=generator) for _ in range(2)
    )
    for kind in (Type.Q8_0, Type.Q4_0):
        write_reference(folder, kind, parameters, initial, batch)


if __name__ == "__main__":
    main()
