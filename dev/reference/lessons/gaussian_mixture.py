"""Writes Tests/Fixtures/lessons/gaussian_mixture.json: mixtures that scikit-learn fits from given starts.

The original of `ladder em` is scikit-learn (https://scikit-learn.org), as it is installed: no checkout is needed, only
`pip install scikit-learn`.

    python dev/reference/lessons/gaussian_mixture.py Tests/Fixtures/lessons/gaussian_mixture.json
"""

import json
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

# Dimensions, components, points, how far apart the true means are, reg_covar, tol, max_iter.
PROBLEMS = [
    (1, 2, 40, 3.0, 1e-6, 1e-3, 100),
    (1, 4, 90, 2.0, 0.0, 1e-7, 500),
    (2, 3, 90, 2.5, 1e-6, 1e-6, 300),
    (2, 2, 30, 1.0, 0.25, 1e-6, 300),
    (3, 2, 50, 2.0, 1e-6, 1e-9, 40),
    (5, 1, 20, 1.0, 1e-6, 1e-3, 100),
]


def problem(random, d, k, n, distance, reg_covar, tol, max_iter):
    means = random.normal(size=(k, d)) * distance
    shapes = random.normal(size=(k, d, d)) * 0.5 + np.eye(d)
    labels = random.integers(k, size=n)
    points = np.array([means[label] + shapes[label] @ random.normal(size=d) for label in labels]).round(3)
    start_means = points[random.choice(n, size=k, replace=False)] + 0.25
    covariance = (np.atleast_2d(np.cov(points.T)) + np.eye(d)).round(3)
    start_weights = np.arange(1.0, k + 1) / np.arange(1.0, k + 1).sum()
    model = GaussianMixture(
        k, covariance_type="full", reg_covar=reg_covar, tol=tol, max_iter=max_iter,
        weights_init=start_weights, means_init=start_means,
        precisions_init=np.array([np.linalg.inv(covariance)] * k), init_params="random_from_data", random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points)
    return {
        "points": points.tolist(),
        "regularisation": reg_covar,
        "tolerance": tol,
        "iterations": max_iter,
        "start": {
            "weights": start_weights.tolist(), "means": start_means.tolist(),
            "covariances": [covariance.tolist()] * k,
        },
        "result": {
            "weights": model.weights_.tolist(), "means": model.means_.tolist(),
            "covariances": model.covariances_.tolist(),
        },
        "iterations_made": int(model.n_iter_),
        "converged": bool(model.converged_),
        "mean_log_likelihood": float(model.score(points)),
        "labels": model.predict(points).tolist(),
    }


random = np.random.default_rng(20)
problems = [problem(random, *settings) for settings in PROBLEMS]
with open(sys.argv[1], "w") as file:
    file.write('{"problems": [\n' + ",\n".join(json.dumps(each) for each in problems) + "\n]}\n")
for settings, each in zip(PROBLEMS, problems):
    print(settings, each["iterations_made"], each["converged"], each["mean_log_likelihood"])
