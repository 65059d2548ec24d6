"""One training step of GPT-2 124M on the CPU, as fast as PyTorch can be asked to make it; prints a line of JSON.

The step is llm.c's: forward, backward, gradients clipped to norm 1, AdamW. The batch is random and stays the same,
so the loss falls; its first value, a little above ln 50304 = 10.83, is that of an untrained model.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HEADS, CHANNELS, POSITIONS = 12, 12, 768, 1024
VOCABULARY, PADDED_VOCABULARY = 50257, 50304
WARM_UP_STEPS = 2  # allocate, make the optimizer's state, compile


class OneDNNLinear(torch.autograd.Function):
    """A linear layer whose three products oneDNN computes also in float32, where PyTorch would ask MKL.

    MKL uses AVX-512 on Intel's processors only; oneDNN looks at what the processor can do.
    """

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        x, weight = ctx.saved_tensors
        product = torch.ops.mkldnn._linear_pointwise  # product(a, b) is a · bᵀ
        rows = gradient.flatten(0, -2)
        for_x = product(gradient, weight.t(), None, "none", [], "")
        for_weight = product(rows.t(), x.flatten(0, -2).t(), None, "none", [], "")
        return for_x, for_weight, rows.sum(0) if ctx.has_bias else None


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(CHANNELS), nn.LayerNorm(CHANNELS)
        self.qkv, self.attproj = nn.Linear(CHANNELS, 3 * CHANNELS), nn.Linear(CHANNELS, CHANNELS)
        self.fc, self.fcproj = nn.Linear(CHANNELS, 4 * CHANNELS), nn.Linear(4 * CHANNELS, CHANNELS)

    def forward(self, x: Tensor, linear: Callable) -> Tensor:
        B, T, C = x.shape
        qkv = linear(self.ln1(x), self.qkv.weight, self.qkv.bias)
        query, key, value = (part.view(B, T, HEADS, C // HEADS).transpose(1, 2) for part in qkv.split(C, dim=2))
        attention = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + linear(attention.transpose(1, 2).reshape(B, T, C), self.attproj.weight, self.attproj.bias)
        hidden = functional.gelu(linear(self.ln2(x), self.fc.weight, self.fc.bias), approximate="tanh")
        return x + linear(hidden, self.fcproj.weight, self.fcproj.bias)


class GPT2(nn.Module):
    def __init__(self, linear: Callable, chunked_loss: bool) -> None:
        super().__init__()
        self.linear, self.chunked_loss = linear, chunked_loss
        self.wte, self.wpe = nn.Embedding(PADDED_VOCABULARY, CHANNELS), nn.Embedding(POSITIONS, CHANNELS)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.lnf = nn.LayerNorm(CHANNELS)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, 0, 0.02)

    def residual(self, tokens: Tensor) -> Tensor:
        x = self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, self.linear)
        return self.lnf(x)

    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        x, targets = self.residual(tokens).flatten(0, 1), targets.flatten()
        if self.chunked_loss:  # never holds all logits at once; new in PyTorch 2.13
            options = nn.LinearCrossEntropyOptions()
            return functional.linear_cross_entropy(x, self.wte.weight, targets, options=options)
        return functional.cross_entropy(self.linear(x, self.wte.weight, None), targets)

    def last_logits(self, tokens: Tensor) -> Tensor:
        return self.linear(self.residual(tokens)[:, -1], self.wte.weight, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("train", "prefill"), default="train", help="prefill: forward only")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--sequence-length", type=int, default=64)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="bf16: torch.autocast")
    parser.add_argument("--onednn", action="store_true", help="linear layers by oneDNN also in fp32")
    parser.add_argument("--chunked-loss", action="store_true", help="logits in chunks: less memory")
    parser.add_argument("--compile", action="store_true", help="torch.compile; the first step takes a minute")
    parser.add_argument("--steps", type=int, default=20, help=f"the first {WARM_UP_STEPS} are not counted")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="all cores if not given")
    options = parser.parse_args()
    if options.steps <= WARM_UP_STEPS:
        parser.error(f"--steps is {options.steps}, expected more than the {WARM_UP_STEPS} that are not counted")
    if options.compile and options.onednn:
        parser.error("--compile and --onednn do not go together: torch.compile asks MKL itself")
    if not 1 <= options.sequence_length <= POSITIONS:
        parser.error(f"--sequence-length is {options.sequence_length}, expected 1 to {POSITIONS}")
    torch.set_num_threads(options.threads)
    torch.manual_seed(42)

    by_onednn = options.onednn and options.precision == "fp32"  # in bf16 PyTorch asks oneDNN anyway
    model = GPT2(OneDNNLinear.apply if by_onednn else functional.linear, options.chunked_loss)
    matrices = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    others = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)
    window = torch.randint(VOCABULARY, (options.batch_size, options.sequence_length + 1))
    inputs, targets = window[:, :-1].contiguous(), window[:, 1:].contiguous()
    in_bf16 = torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16")
    loss_of = torch.compile(model.loss) if options.compile else model.loss
    logits_of = torch.compile(model.last_logits) if options.compile else model.last_logits

    def train() -> float:
        optimizer.zero_grad(set_to_none=True)
        with in_bf16:
            loss = loss_of(inputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    def prefill() -> None:
        with torch.inference_mode(), in_bf16:
            logits_of(inputs)

    step = train if options.mode == "train" else prefill
    losses, milliseconds = [], []
    for _ in range(options.steps):
        start = time.perf_counter()
        losses.append(step())
        milliseconds.append((time.perf_counter() - start) * 1000)
    counted = milliseconds[WARM_UP_STEPS:]
    print(
        json.dumps(
            {
                "version": f"PyTorch {torch.__version__}",
                "threads": options.threads,
                "first_loss": losses[0],
                "median_ms": statistics.median(counted),
                "minimum_ms": min(counted),
                "steps_ms": milliseconds,
            }
        )
    )


if __name__ == "__main__":
    main()
