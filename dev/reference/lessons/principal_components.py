"""Makes Tests/Fixtures/lessons/principal_components.json: principal components by a singular value decomposition.

    pip install numpy
    python dev/reference/lessons/principal_components.py

The rows are drawn by Python's random; numpy.linalg.svd works on the centred rows themselves, where the Swift code takes the
eigenvectors of their products with each other. Each axis has its sign from its number of the largest magnitude.
"""

import json
import random
from pathlib import Path

import numpy as np

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/principal_components.json"


def case(rows: int, columns: int, rank: int | None = None) -> dict:
    draw = random.Random(rows * 100 + columns)
    x = np.array([[round(draw.gauss(0, 1 + column), 3) for column in range(columns)] for _ in range(rows)])
    if rank is not None:
        # Rows that differ in so many directions only.
        x = np.round(x[:, :rank], 1) @ np.round(x[:rank, :], 1)
    mean = x.mean(axis=0)
    _, singular, axes = np.linalg.svd(x - mean, full_matrices=False)
    count = int((singular > 1e-9 * singular[0]).sum())
    axes = [(axis * np.sign(axis[np.abs(axis).argmax()])).tolist() for axis in axes[:count]]
    variances = (singular[:count] ** 2 / rows).tolist()
    return {"rows": x.tolist(), "mean": mean.tolist(), "axes": axes, "variances": variances}


if __name__ == "__main__":
    cases = [case(7, 3), case(5, 9), case(3, 1), case(2, 4), case(8, 6, rank=2)]
    OUTPUT.write_text(json.dumps(cases) + "\n")
