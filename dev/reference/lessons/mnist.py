"""Writes Tests/Fixtures/lessons/mnist.json: a small perceptron that PyTorch trains in float64, step by step.

    pip install torch
    python dev/reference/lessons/mnist.py

It follows no other program: the network and its training are those that Sources/Lessons/MNIST describes.
"""

import json
import math
import pathlib

import torch

ROWS, COLUMNS, HIDDEN, CLASSES = 5, 7, 9, 10
IMAGES, BATCH, EPOCHS = 24, 8, 5
RATE, DECAY = 0.02, 0.3


def rounded(values):
    """Numbers that float32 holds, so that both sides start from the same."""
    return values.to(torch.float32).to(torch.float64)


def main():
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 256, (IMAGES, ROWS * COLUMNS), generator=generator)
    labels = torch.randint(0, CLASSES, (IMAGES,), generator=generator)
    shapes = [(HIDDEN, ROWS * COLUMNS), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,)]
    start = [rounded(torch.randn(shape, generator=generator, dtype=torch.float64) * 0.3) for shape in shapes]
    w1, b1, w2, b2 = [values.clone().requires_grad_() for values in start]
    optimizer = torch.optim.AdamW(
        [{"params": [w1, w2], "weight_decay": DECAY}, {"params": [b1, b2], "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.999), eps=1e-8)

    steps = EPOCHS * (IMAGES // BATCH)
    losses, batches, gradients = [], [], None
    for step in range(steps):
        indices = torch.randint(0, IMAGES, (BATCH,), generator=generator)
        hidden = torch.nn.functional.gelu(pixels[indices].double() / 255 @ w1.T + b1, approximate="tanh")
        loss = torch.nn.functional.cross_entropy(hidden @ w2.T + b2, labels[indices])
        optimizer.zero_grad()
        loss.backward()
        gradients = gradients or [values.grad.clone() for values in (w1, b1, w2, b2)]
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.step()
        losses.append(loss.item())
        batches.append(indices.tolist())

    def flat(tensors):
        return [float(f"{value:.9g}") for tensor in tensors for value in tensor.detach().flatten().tolist()]

    path = pathlib.Path(__file__).resolve().parents[3] / "Tests/Fixtures/lessons/mnist.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({
        "rows": ROWS, "columns": COLUMNS, "hidden": HIDDEN, "epochs": EPOCHS, "batchSize": BATCH,
        "learningRate": RATE, "weightDecay": DECAY, "pixels": pixels.flatten().tolist(),
        "labels": labels.tolist(), "batches": batches, "start": flat(start),
        "gradients": flat(gradients), "losses": losses, "end": flat([w1, b1, w2, b2]),
    }, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
