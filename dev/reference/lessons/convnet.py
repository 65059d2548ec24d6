"""Writes Tests/Fixtures/lessons/convnet.json: small convolutional networks that PyTorch trains in float64, step by step.

    pip install torch
    python dev/reference/lessons/convnet.py

It follows no other program: the network and its training are those that Sources/Lessons/ConvNet describes. Of each case there
are the start, the logits, loss and gradients of the first batch, all losses, and the end.
"""

import json
import math
import pathlib

import torch
from torch.nn import functional

CLASSES, IMAGES = 10, 8
RATE, DECAY = 0.01, 0.3
# Rows, columns, kernel, maps of both layers, hidden units, images of a batch, steps. Of the first, pooling leaves out a column
# in one layer; of the second a row in the other, and its batches are single images.
CASES = [(14, 13, 3, 3, 4, 7, 5, 8), (18, 21, 5, 2, 3, 5, 1, 8)]


def rounded(values):
    """Numbers that float32 holds, so that both sides start from the same."""
    return values.to(torch.float32).to(torch.float64)


def forward(images, tensors):
    w1, b1, w2, b2, w3, b3, w4, b4 = tensors
    first = functional.relu(functional.max_pool2d(functional.conv2d(images, w1, b1), 2))
    second = functional.relu(functional.max_pool2d(functional.conv2d(first, w2, b2), 2))
    return functional.relu(second.flatten(1) @ w3.T + b3) @ w4.T + b4


def flat(tensors):
    return [float(f"{value:.8g}") for tensor in tensors for value in tensor.detach().flatten().tolist()]


def train(generator, rows, columns, kernel, first, second, hidden, size, steps):
    pixels = torch.randint(0, 256, (IMAGES, rows, columns), generator=generator)
    # Paper between the strokes, as digits have: equal values under pooling.
    pixels[:, :, columns // 2:] = 0
    pixels[:, rows // 3] = 255
    labels = torch.randint(0, CLASSES, (IMAGES,), generator=generator)
    features = second
    for side in (rows, columns):
        for _ in range(2):
            side = (side - kernel + 1) // 2
        features *= side
    shapes = [(first, 1, kernel, kernel), (first,), (second, first, kernel, kernel), (second,),
              (hidden, features), (hidden,), (CLASSES, hidden), (CLASSES,)]
    start = [rounded(torch.randn(shape, generator=generator, dtype=torch.float64) * 0.4) for shape in shapes]
    tensors = [values.clone().requires_grad_() for values in start]
    optimizer = torch.optim.AdamW(
        [{"params": tensors[::2], "weight_decay": DECAY}, {"params": tensors[1::2], "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    losses, batches, gradients, logits = [], [], None, None
    for step in range(steps):
        indices = torch.randperm(IMAGES, generator=generator)[:size]
        z = forward(pixels[indices].double().unsqueeze(1) / 255, tensors)
        loss = functional.cross_entropy(z, labels[indices])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            logits, gradients = flat([z]), flat([values.grad for values in tensors])
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.step()
        losses.append(loss.item())
        batches.append(indices.tolist())
    return {
        "rows": rows, "columns": columns, "kernel": kernel, "firstMaps": first, "secondMaps": second, "hidden": hidden,
        "batchSize": size, "learningRate": RATE, "weightDecay": DECAY, "pixels": pixels.flatten().tolist(),
        "labels": labels.tolist(), "batches": batches, "start": flat(start), "logits": logits, "gradients": gradients,
        "losses": losses, "end": flat(tensors),
    }


def main():
    generator = torch.Generator().manual_seed(1)
    cases = [train(generator, *case) for case in CASES]
    path = pathlib.Path(__file__).resolve().parents[3] / "Tests/Fixtures/lessons/convnet.json"
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
