"""Makes Tests/Fixtures/lessons/circuits.json: what the programs of Karpathy's guide do with Python's random numbers.

    python dev/reference/lessons/circuits.py

The guide, https://karpathy.github.io/neuralnets/, is prose with programs in JavaScript, whose Math.random cannot be
seeded. Its formulas are written down here in plain Python, the gradients by the formulas that it derives for the whole
expression rather than gate by gate. Needs nothing but Python (3.11 made the file).
"""

import json
import math
import random
from pathlib import Path

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/circuits.json"
POINTS = [(1.2, 0.7), (-0.3, -0.5), (3.0, 0.1), (-0.1, -1.0), (-1.0, 1.1), (2.1, -3.0)]
LABELS = [1, -1, 1, -1, -1, 1]


def search(seed: int) -> list[float]:
    draw = random.Random(seed)
    best = (-math.inf, 0.0, 0.0)
    for _ in range(100):
        x = -2 + 0.01 * (draw.random() * 2 - 1)
        y = 3 + 0.01 * (draw.random() * 2 - 1)
        if x * y > best[0]:
            best = (x * y, x, y)
    return [best[1], best[2], best[0]]


def neuron(a: float, b: float, c: float, x: float, y: float) -> dict:
    s = 1 / (1 + math.exp(-(a * x + b * y + c)))
    slope = s * (1 - s)
    return {"inputs": [a, b, c, x, y], "output": s, "gradients": [slope * k for k in (x, y, 1, a, b)]}


def machine(a: float, b: float, c: float, draw: random.Random, count: int) -> dict:
    start = [a, b, c]
    right, parameters = [], []
    for iteration in range(count):
        i = math.floor(draw.random() * len(POINTS))
        (x, y), label = POINTS[i], LABELS[i]
        score = a * x + b * y + c
        pull = 0.0
        if label == 1 and score < 1:
            pull = 1.0
        if label == -1 and score > -1:
            pull = -1.0
        a += 0.01 * (x * pull - a)
        b += 0.01 * (y * pull - b)
        c += 0.01 * pull
        if iteration % 25 == 0:
            signs = [1 if a * u + b * v + c > 0 else -1 for u, v in POINTS]
            right.append(sum(sign == label for sign, label in zip(signs, LABELS)))
            parameters.append([a, b, c])
    signs = [1 if a * u + b * v + c > 0 else -1 for u, v in POINTS]
    return {
        "start": start, "right": right, "parameters": parameters,
        "end": sum(sign == label for sign, label in zip(signs, LABELS)),
    }


def drawn(seed: int) -> dict:
    draw = random.Random(seed)
    start = [4 * (draw.random() - 0.5) for _ in range(3)]
    return {"seed": seed} | machine(*start, draw, 400)


def main() -> None:
    draw = random.Random(1986)
    ends = [machine(1.0, -2.0, -1.0, random.Random(seed), 400)["end"] for seed in range(1, 1001)]
    trace = {
        "searches": [[seed, *search(seed)] for seed in (1, 2, 3, 5165)],
        "neurons": [neuron(*(draw.uniform(-3, 3) for _ in range(5))) for _ in range(5)],
        "machines": [drawn(seed) for seed in (7, 123_656)],
        "right_from_guides_start": [ends.count(right) for right in range(7)],
    }
    lines = [json.dumps(key) + ": " + json.dumps(value) for key, value in trace.items()]
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
