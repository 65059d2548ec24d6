"""Makes Tests/Fixtures/lessons/symmetry.json: the symmetry experiment of the paper of 1986, by automatic differentiation.

    pip install autograd
    python dev/reference/lessons/symmetry.py

Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323 (1986): 64 vectors of
six bits, two hidden units, E = 1/2 sum of squares, rate 0.1, momentum 0.9. The gradients are HIPS/autograd's, in float64,
and not the paper's formulas. The starts are drawn by Python's random, as the Swift code draws them. autograd 1.9.1 and
numpy 2.4.6 made the file, in half a minute.
"""

import json
import random
from pathlib import Path

import autograd.numpy as np
from autograd import value_and_grad

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/symmetry.json"
VECTORS = np.array([[float(number >> (5 - bit) & 1) for bit in range(6)] for number in range(64)])
TARGETS = (VECTORS == VECTORS[:, ::-1]).all(axis=1).astype(float)


def outputs(p):
    units = np.reshape(p[:14], (2, 7))
    hidden = 1 / (1 + np.exp(-(VECTORS @ units[:, :6].T + units[:, 6])))
    return 1 / (1 + np.exp(-(hidden @ p[14:16] + p[16])))


def error(p):
    return np.sum((outputs(p) - TARGETS) ** 2) / 2


def train(seed: int, limit: int) -> dict:
    draw = random.Random(seed)
    p = np.array([-0.3 + 0.6 * draw.random() for _ in range(17)])
    run = {"seed": seed, "start": p.tolist(), "errors": []}
    velocity = np.zeros(17)
    both = value_and_grad(error)
    for sweep in range(limit + 1):
        value, gradient = both(p)
        if sweep == 0:
            run["first_gradient"] = gradient.tolist()
        if sweep % 100 == 0:
            run["errors"].append(float(value))
        run["sweeps"] = sweep if np.all(np.abs(outputs(p) - TARGETS) < 0.5) else None
        if run["sweeps"] is not None:
            break
        if sweep < limit:
            velocity = -0.1 * gradient + 0.9 * velocity
            p = p + velocity
    return run | {"parameters": p.tolist()}


def main() -> None:
    trace = {"limit": 2000, "runs": [train(seed, 2000) for seed in (1, 2, 5, 6)]}
    OUTPUT.write_text(json.dumps(trace).replace('{"seed"', '\n{"seed"') + "\n")


if __name__ == "__main__":
    main()
