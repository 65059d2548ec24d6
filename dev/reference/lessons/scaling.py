"""Makes Tests/Fixtures/lessons/scaling.json: the law of Hoffmann et al. 2022, fitted by scipy.

    pip install scipy
    python dev/reference/lessons/scaling.py

"Training Compute-Optimal Large Language Models", section 3.3: least sum of Huber losses (delta 1e-3) of
logsumexp(a - alpha ln N, b - beta ln D, e) - ln(loss), by BFGS from the paper's grid of starts. Here the slopes are
written out, and the grid is of fewer starts, about the middle of the runs. The runs are those of the rung, and others that
the paper's own law made, with noise. scipy 1.17.1 made the file, in ten seconds.
"""

import itertools
import json
import random
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

HERE = Path(__file__).parent
OUTPUT = HERE / "../../../Tests/Fixtures/lessons/scaling.json"
RUNS = HERE / "../../../Sources/Lessons/Scaling/webster.txt"
DELTA = 1e-3


def parameters(size: str, counted: str) -> int:
    """Of llm.c's d2 to d12, counted out: tables, and for each layer weights, biases and norms."""
    layers = int(size[1:])
    channels = 64 * layers
    block = 12 * channels**2 + 13 * channels
    return layers * block + 2 * channels + ((50257 + 1024) * channels if counted == "all" else 0)


def fit(runs: list, counted: str) -> dict:
    n = np.log([parameters(size, counted) for size, _, _ in runs])
    d = np.log([tokens for _, tokens, _ in runs])
    target = np.log([loss for _, _, loss in runs])
    (x, y) = (n - n.mean(), d - d.mean())

    def objective(p):
        e, a, b, alpha, beta = p
        terms = np.stack([np.full_like(x, e), a - alpha * x, b - beta * y])
        top = terms.max(axis=0)
        powers = np.exp(terms - top)
        value = top + np.log(powers.sum(axis=0)) - target
        share = powers / powers.sum(axis=0)
        outside = np.abs(value) > DELTA
        huber = np.where(outside, DELTA * (np.abs(value) - DELTA / 2), value**2 / 2)
        slope = np.where(outside, DELTA * np.sign(value), value)
        gradient = [share[0] @ slope, share[1] @ slope, share[2] @ slope, -(share[1] * x) @ slope, -(share[2] * y) @ slope]
        return huber.sum() * 1e4, np.array(gradient) * 1e4

    middle = np.exp(target).mean() / 2
    starts = itertools.product([-1, 0, 1], [np.log(middle) - 1, np.log(middle)], [np.log(middle) - 1, np.log(middle)],
                               [0.1, 0.4, 1.0], [0.1, 0.4, 1.0])
    best = None
    for start in starts:
        found = minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 5000})
        # Laws that rise with either are none.
        if found.x[3] > 0 and found.x[4] > 0 and (best is None or found.fun < best.fun):
            best = found
    e, a, b, alpha, beta = best.x
    asked = [["d12", 614_400], ["d6", 10**8], ["d12", 10**9]]
    predicted = [
        float(np.exp(e) + np.exp(a - alpha * (np.log(parameters(size, counted)) - n.mean()))
              + np.exp(b - beta * (np.log(tokens) - d.mean()))) for size, tokens in asked]
    return {"counted": counted, "log_e": e, "log_a": a + alpha * n.mean(), "log_b": b + beta * d.mean(), "alpha": alpha,
            "beta": beta, "objective": best.fun / 1e4, "asked": asked, "predicted": predicted}


def main() -> None:
    lines = [line.split() for line in RUNS.read_text().splitlines() if line and not line.startswith("#")]
    webster = [[size, int(tokens), float(loss)] for size, tokens, loss in lines if size != "d12"]
    draw = random.Random(7)
    made = []
    for depth, power in itertools.product(range(2, 11), range(6, 11)):
        size, tokens = f"d{depth}", 3 * 10**power
        loss = 1.69 + 406.4 / parameters(size, "all") ** 0.34 + 410.7 / tokens**0.28
        made.append([size, tokens, loss * (1 + draw.uniform(-0.005, 0.005))])
    sets = [{"name": name, "runs": runs, "fits": [fit(runs, counted) for counted in ("all", "layers")]}
            for name, runs in (("webster", webster), ("chinchilla", made))]
    OUTPUT.write_text(json.dumps({"sets": sets}).replace('{"name"', '\n{"name"').replace('{"counted"', '\n{"counted"') + "\n")


if __name__ == "__main__":
    main()
