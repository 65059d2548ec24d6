"""GPT-2 in plain PyTorch: the parameters, their initialisation, the forward pass and a training loop.

Nothing here is shared with the Swift sources, so agreement between the two means something.
B is the batch, T the sequence, C the channels, NH the heads, V the vocabulary, L the layers.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Parameters = dict[str, Tensor]  # the 16 tensors below, by name, in checkpoint order


@dataclass(frozen=True)
class Configuration:
    layers: int
    heads: int
    channels: int
    vocabulary: int
    max_sequence: int

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The 16 parameter tensors in checkpoint order, before padding. Linear weights are (out, in)."""
        L, C, V, maxT = self.layers, self.channels, self.vocabulary, self.max_sequence
        return {
            "wte": (V, C),
            "wpe": (maxT, C),
            "ln1w": (L, C),
            "ln1b": (L, C),
            "qkvw": (L, 3 * C, C),
            "qkvb": (L, 3 * C),
            "attprojw": (L, C, C),
            "attprojb": (L, C),
            "ln2w": (L, C),
            "ln2b": (L, C),
            "fcw": (L, 4 * C, C),
            "fcb": (L, 4 * C),
            "fcprojw": (L, C, 4 * C),
            "fcprojb": (L, C),
            "lnfw": (C,),
            "lnfb": (C,),
        }


NORM_WEIGHTS = ("ln1w", "ln2w", "lnfw")
LINEAR_WEIGHTS = ("qkvw", "attprojw", "fcw", "fcprojw")  # in the order of their use within a layer
MATRICES = ("wte", "wpe", *LINEAR_WEIGHTS)  # what ordinary training decays: no norms, no biases
PER_LAYER = (
    "ln1w", "ln1b", "qkvw", "qkvb", "attprojw", "attprojb",
    "ln2w", "ln2b", "fcw", "fcb", "fcprojw", "fcprojb",
)  # fmt: skip


def initial_parameters(configuration: Configuration, seed: int, kind: str) -> Parameters:
    """Random float32 parameters.

    'gpt2': what llm.c draws for a model named by its depth. Normal, standard deviation 0.02, the projections
    back into the residual stream scaled by 1/sqrt(2L); norm weights 1, biases 0. The order of the draws
    matters: wte, wpe, then the four linear weights of layer 0, of layer 1, ...

    'wide': every tensor is random and spread out, in checkpoint order, so that no gradient is trivial.
    """
    generator = torch.Generator().manual_seed(seed)
    parameters = {name: torch.zeros(shape) for name, shape in configuration.shapes().items()}
    if kind == "wide":
        for name, tensor in parameters.items():
            if name in NORM_WEIGHTS:
                tensor.normal_(1, 0.2, generator=generator)
            else:
                tensor.normal_(0, 0.2 if name in MATRICES else 0.1, generator=generator)
        return parameters
    for name in NORM_WEIGHTS:
        parameters[name].fill_(1)
    parameters["wte"].normal_(0, 0.02, generator=generator)
    parameters["wpe"].normal_(0, 0.02, generator=generator)
    for layer in range(configuration.layers):
        for name in LINEAR_WEIGHTS:
            into_residual = name in ("attprojw", "fcprojw")
            deviation = 0.02 / math.sqrt(2 * configuration.layers) if into_residual else 0.02
            parameters[name][layer].normal_(0, deviation, generator=generator)
    return parameters


def normalised(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return functional.layer_norm(x, (x.shape[-1],), weight, bias, eps=1e-5)


def attention(qkv: Tensor, heads: int) -> Tensor:
    """Causal attention: (B, T, 3C) holding query, key and value side by side -> (B, T, C)."""
    B, T, C3 = qkv.shape
    C, head_size = C3 // 3, C3 // 3 // heads
    query, key, value = (part.view(B, T, heads, head_size).transpose(1, 2) for part in qkv.split(C, dim=2))
    scores = query @ key.transpose(2, 3) / math.sqrt(head_size)  # (B, NH, T, T)
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, -math.inf).softmax(dim=-1)
    return (weights @ value).transpose(1, 2).reshape(B, T, C)


def logits_of(parameters: Parameters, configuration: Configuration, tokens: Tensor) -> Tensor:
    """Token ids (B, T) -> logits (B, T, V)."""
    # unbind, not [layer]: its backward assembles a stacked gradient once instead of once a layer.
    layers = [dict(zip(PER_LAYER, slices)) for slices in zip(*(parameters[name].unbind() for name in PER_LAYER))]
    linear = functional.linear
    x = parameters["wte"][tokens] + parameters["wpe"][: tokens.shape[1]]  # (B, T, C)
    for p in layers:
        qkv = linear(normalised(x, p["ln1w"], p["ln1b"]), p["qkvw"], p["qkvb"])  # (B, T, 3C)
        x = x + linear(attention(qkv, configuration.heads), p["attprojw"], p["attprojb"])
        hidden = linear(normalised(x, p["ln2w"], p["ln2b"]), p["fcw"], p["fcb"])  # (B, T, 4C)
        x = x + linear(functional.gelu(hidden, approximate="tanh"), p["fcprojw"], p["fcprojb"])
    return linear(normalised(x, parameters["lnfw"], parameters["lnfb"]), parameters["wte"])


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of logits (B, T, V) against token ids (B, T)."""
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def trainable_copy(parameters: Parameters, dtype: torch.dtype) -> Parameters:
    """Copies that collect gradients; the originals stay as they are."""
    return {name: tensor.to(dtype, copy=True).requires_grad_() for name, tensor in parameters.items()}


@dataclass(frozen=True)
class Recipe:
    """AdamW's settings; β1 is 0.9 and ε 1e-8 throughout."""

    learning_rate: float
    beta2: float
    weight_decay: float
    decay_everything: bool  # else only the matrices: no norms, no biases
    clip: float  # largest global gradient norm; 0 means no clipping


# What llm.c's two tests of a training trajectory do (test_gpt2.c; test_gpt2.cu and test_gpt2_fp32.cu).
RECIPES = {
    "llmc": Recipe(learning_rate=1e-4, beta2=0.999, weight_decay=0.01, decay_everything=True, clip=0),
    "strict": Recipe(learning_rate=1e-4, beta2=0.95, weight_decay=0, decay_everything=True, clip=1.0),
}


def clip_gradients(parameters: Parameters, largest_norm: float) -> None:
    """Scales all gradients together so that their norm is at most largest_norm (llm.c adds no epsilon)."""
    gradients = [tensor.grad for tensor in parameters.values()]
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    if norm > largest_norm:
        for gradient in gradients:
            gradient.mul_(largest_norm / norm)


def train(
    parameters: Parameters,
    configuration: Configuration,
    batches: Iterable[tuple[Tensor, Tensor]],
    recipe: Recipe,
) -> Iterable[float]:
    """Updates the parameters in place, one step a batch; yields each batch's loss before its update."""
    decayed = [tensor for name, tensor in parameters.items() if recipe.decay_everything or name in MATRICES]
    others = [tensor for name, tensor in parameters.items() if not (recipe.decay_everything or name in MATRICES)]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=recipe.learning_rate,
        betas=(0.9, recipe.beta2),
        eps=1e-8,
    )
    for inputs, targets in batches:
        loss = loss_of(logits_of(parameters, configuration, inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        if recipe.clip > 0:
            clip_gradients(parameters, recipe.clip)
        optimizer.step()
        yield loss.item()
