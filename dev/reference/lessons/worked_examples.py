#!/usr/bin/env python3
"""Recomputes the worked examples of the pages in Sources/Kernels/Kernels.docc, and prints them.

Usage: worked_examples.py [--write]

Each page keeps its example in fenced blocks that begin with ```example. A line is `name = values`, rows ended by `;`,
with a remark after `#`. Here every page has a function that takes the inputs by their names and returns everything else,
by PyTorch in double precision, gradients by its autograd. Exit code 1 if a page says otherwise; with --write the page's
results are overwritten instead. Tests/KernelsTests/WorkedExampleTests.swift holds the Swift kernels to the same numbers.

Needs torch (PyTorch 2.13 made what is there).
"""

import inspect
import math
import pathlib
import re
import sys
import unicodedata

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
PAGES = pathlib.Path(__file__).resolve().parents[3] / "Sources" / "Kernels" / "Kernels.docc"


def gradients(loss, *tensors):
    return torch.autograd.grad(loss, tensors)


def leaf(tensor):
    return tensor.clone().requires_grad_()


def embedding(tokens, E, P, dx):
    (E, P) = (leaf(E), leaf(P))
    ids = tokens.long()
    x = (F.embedding(ids, E) + P).reshape(-1, E.shape[1])
    dE, dP = gradients((x * dx).sum(), E, P)
    return {"x": x, "dE": dE, "dP": dP}


def layer_norm(x, w, b, dy):
    (x, w, b) = (leaf(x), leaf(w[0]), leaf(b[0]))
    y = F.layer_norm(x, w.shape, w, b, eps=1e-5)
    dx, dw, db = gradients((y * dy).sum(), x, w, b)
    variance = x.var(dim=1, correction=0)
    rho = (variance + 1e-5).rsqrt()
    return {
        "μ": x.mean(dim=1), "σ²": variance, "ρ": rho, "n": (x - x.mean(dim=1, keepdim=True)) * rho[:, None],
        "y": y, "g": dy * w, "dx": dx, "dw": dw, "db": db,
    }


def linear(x, W, b, dy):
    (x, W, b) = (leaf(x), leaf(W), leaf(b[0]))
    y = F.linear(x, W, b)
    dx, dW, db = gradients((y * dy).sum(), x, W, b)
    return {"y": y, "dx": dx, "dW": dW, "db": db}


def softmax(x, dp):
    x = leaf(x)
    p = x.softmax(dim=1)
    (dx,) = gradients((p * dp).sum(), x)
    largest = x.max(dim=1, keepdim=True).values
    return {
        "m": largest, "e": (x - largest).exp(), "sum": (x - largest).exp().sum(dim=1), "p": p,
        "L": x.logsumexp(dim=1), "dp·p": (p * dp).sum(dim=1), "dx": dx,
    }


def scores(Q, K):
    hidden = torch.ones(Q.shape[0], K.shape[0]).triu(1).bool()
    return (Q @ K.T / math.sqrt(Q.shape[1])).masked_fill(hidden, -math.inf)


def attention(Q, K, V):
    S = scores(Q, K)
    O = F.scaled_dot_product_attention(Q[None], K[None], V[None], is_causal=True)[0]
    # The last query again, by blocks of two keys and of one.
    row = S[-1]
    first, last = row[:2], row[2:]
    m1, m2 = first.max(), row.max()
    return {
        "S": S.masked_fill(S.isinf(), 0), "P": S.softmax(dim=1), "L": S.logsumexp(dim=1), "O": O,
        "m₁": m1, "l₁": (first - m1).exp().sum(), "o₁": (first - m1).exp() @ V[:2],
        "m₂": m2, "correction": (m1 - m2).exp(),
        "l₂": (m1 - m2).exp() * (first - m1).exp().sum() + (last - m2).exp().sum(),
        "o₂": (m1 - m2).exp() * (first - m1).exp() @ V[:2] + (last - m2).exp() @ V[2:],
    }


def attention_backward(Q, K, V, dO):
    (Q, K, V) = (leaf(Q), leaf(K), leaf(V))
    S = scores(Q, K)
    S.retain_grad()
    P = S.softmax(dim=1)
    P.retain_grad()
    O = P @ V
    (O * dO).sum().backward()
    seen = ~S.isinf()
    return {
        "P": P, "O": O, "dV": V.grad, "dP": P.grad * seen, "D": (dO * O).sum(dim=1), "dS": S.grad,
        "dQ": Q.grad, "dK": K.grad,
    }


def residual(x, w, dr):
    x = leaf(x)
    branch = w * x
    r = x + branch
    (dx,) = gradients((r * dr).sum(), x)
    return {"branch": branch, "r": r, "dbranch": dr, "dx": dx}


def gelu(x, dy):
    x = leaf(x)
    y = F.gelu(x, approximate="tanh")
    (dx,) = gradients((y * dy).sum(), x)
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return {"u": u, "s": torch.sigmoid(2 * u), "y": y, "dx": dx, "exact": F.gelu(x)}


def hyperbolic_tangent(x, dy):
    x = leaf(x)
    y = torch.tanh(x)
    (dx,) = gradients((y * dy).sum(), x)
    return {"y": y, "dx": dx}


def cross_entropy(x, targets, V):
    (columns, ids) = (int(V), targets.long()[0])
    logits = leaf(x)
    losses = F.cross_entropy(logits[:, :columns], ids, reduction="none")
    (dx,) = gradients(losses.mean(), logits)
    return {"p": logits[:, :columns].softmax(dim=1), "losses": losses, "mean": losses.mean(), "dx": dx}


def gradient_norm(g1, g2, limit):
    a, b = torch.nn.Parameter(torch.zeros_like(g1)), torch.nn.Parameter(torch.zeros_like(g2))
    (a.grad, b.grad) = (g1.clone(), g2.clone())
    norm = torch.nn.utils.clip_grad_norm_([a, b], float(limit))
    return {
        "squares": torch.stack([(g1**2).sum(), (g2**2).sum()]), "norm": norm, "scale": limit / norm,
        "clipped₁": a.grad, "clipped₂": b.grad,
    }


def adamw(p, g1, g2, settings):
    rate, beta1, beta2, decay = settings[0].tolist()
    parameter = torch.nn.Parameter(p.clone())
    optimizer = torch.optim.AdamW([parameter], lr=rate, betas=(beta1, beta2), eps=1e-8, weight_decay=decay)
    result = {}
    for step, gradient, name in ((1, g1, "₁"), (2, g2, "₂")):
        parameter.grad = gradient.clone()
        optimizer.step()
        state = optimizer.state[parameter]
        m, v = state["exp_avg"].clone(), state["exp_avg_sq"].clone()
        result |= {
            "m" + name: m, "v" + name: v, "m̂" + name: m / (1 - beta1**step), "v̂" + name: v / (1 - beta2**step),
            "p" + name: parameter.detach().clone(),
        }
    return result


def muon(W, g, m, settings):
    rate, mu, decay = settings[0].tolist()
    momentum = mu * m + g
    u = g + mu * momentum
    X = u / (u.norm() + 1e-7)
    result = {"m′": momentum, "u": u, "X₀": X, "σ₀": torch.linalg.svdvals(X)}
    a, b, c = 3.4445, -4.7750, 2.0315
    for step in range(1, 6):
        A = X @ X.T
        X = (a * torch.eye(len(A)) + b * A + c * A @ A) @ X
        result["σ" + "₀₁₂₃₄₅"[step]] = torch.linalg.svdvals(X)
    left, _, right = torch.linalg.svd(u)
    size = 0.2 * math.sqrt(max(W.shape))
    return result | {"X₅": X, "UVᵀ": left @ right, "W′": W - rate * (size * X + decay * W)}


def low_rank(x, A, B, s, dy):
    (x, A, B) = (leaf(x), leaf(A), leaf(B))
    y = s * (x @ A.T) @ B.T
    dx, dA, dB = gradients((y * dy).sum(), x, A, B)
    return {"h": s * x @ A.T, "y": y, "ΔW": s * B @ A, "dB": dB, "g": s * dy @ B, "dA": dA, "dx": dx}


def cached_attention(q, K, V):
    s = q @ K.T / math.sqrt(q.shape[1])
    p = s.softmax(dim=1)
    return {"s": s, "m": s.max(), "p": p, "o": p @ V}


def weight_formats(w):
    def half(value):
        return torch.as_tensor(value).to(torch.float16).double()

    def quantised(scale, code):
        codes = code(w / scale)
        return half(scale), codes, codes * half(scale)

    extreme = w.flatten()[w.abs().argmax()]
    d8, q8, w8 = quantised(w.abs().max() / 127, lambda x: x.sign() * (x.abs() + 0.5).floor())
    d4, q4, w4 = quantised(extreme / -8, lambda x: (x + 8.5).clamp(max=15).trunc() - 8)
    return {
        "fp16": half(w), "bf16": w.to(torch.bfloat16).double(), "d₈": d8, "q₈": q8, "w₈": w8, "d₄": d4, "q₄": q4 + 8,
        "w₄": w4,
    }


def precision(a, b):
    def rounded(x):
        return x.to(torch.bfloat16).double()

    return {
        "a·b": (a * b).sum(), "bf16(a)": rounded(a), "bf16(b)": rounded(b),
        "bf16(a)·bf16(b)": (rounded(a) * rounded(b)).sum(),
    }


EXAMPLES = {
    "Embedding": embedding, "LayerNorm": layer_norm, "Linear": linear, "Softmax": softmax, "Attention": attention,
    "AttentionBackward": attention_backward, "Residual": residual, "GELU": gelu,
    "HyperbolicTangent": hyperbolic_tangent, "CrossEntropy": cross_entropy,
    "GradientNorm": gradient_norm, "AdamW": adamw, "Muon": muon, "LowRank": low_rank,
    "CachedAttention": cached_attention, "WeightFormats": weight_formats, "Precision": precision,
}

LINE = re.compile(r"^(?P<head>(?P<name>\S+) *= *)(?P<values>[^#]*?)(?P<remark> *#.*)?$")
def shown(value):
    """Five decimals, below 0.1 five digits; fewer if that is exact."""
    value = 0.0 if abs(value) < 5e-10 else value
    rounded = f"{value:.5f}" if abs(value) >= 0.1 else f"{value:#.5g}"
    return f"{float(rounded):.10g}" if abs(float(rounded) - value) < 1e-12 else rounded


def text(tensor):
    rows = torch.atleast_2d(torch.as_tensor(tensor).detach())
    return " ; ".join(" ".join(shown(value) for value in row.tolist()) for row in rows)


def values(string):
    return torch.tensor([[float(value) for value in row.split()] for row in string.split(";")])


def blocks(lines):
    """The indices of the lines within ```example blocks."""
    inside = False
    for index, line in enumerate(lines):
        if line.startswith("```"):
            inside = line == "```example"
        elif inside and line.strip():
            yield index


def check(page, function, is_writing):
    lines = page.read_text(encoding="utf-8").split("\n")
    found = {}
    for index in blocks(lines):
        match = LINE.match(lines[index])
        if not match:
            sys.exit(f"{page.name}:{index + 1}: no line of numbers: {lines[index]}")
        if match["name"] in found:
            sys.exit(f"{page.name}:{index + 1}: {match['name']} is there twice")
        found[match["name"]] = (index, match)
    names = list(inspect.signature(function).parameters)
    missing = [name for name in names if name not in found]
    if missing:
        sys.exit(f"{page.name}: no {', '.join(missing)}")
    results = function(**{name: values(found[name][1]["values"]) for name in names})
    wrong = 0
    bodies = {}
    for name, (index, match) in found.items():
        if name in names:
            bodies[index] = (match["head"] + match["values"]).rstrip()
            continue
        if name not in results:
            sys.exit(f"{page.name}:{index + 1}: nothing computes {name}")
        expected = text(results[name])
        print(f"{page.stem}: {name} = {expected}")
        bodies[index] = match["head"] + expected
        if match["values"].strip() != expected and not is_writing:
            wrong += 1
            print(f"{page.name}:{index + 1}: says {match['values'].strip()}", file=sys.stderr)
    for name in results.keys() - found.keys():
        print(f"{page.stem}: {name} is computed, but not on the page")
    if is_writing:
        remarks = {index: (match["remark"] or "").strip() for index, match in found.values()}
        column = max((width(bodies[index]) for index, remark in remarks.items() if remark), default=0) + 2
        for index, body in bodies.items():
            gap = " " * (column - width(body))
            lines[index] = body + gap + remarks[index] if remarks[index] else body
        page.write_text("\n".join(lines), encoding="utf-8")
    return wrong


def width(string):
    """Columns on a screen, where a hat takes none."""
    return sum(not unicodedata.combining(character) for character in string)


def main():
    is_writing = sys.argv[1:] == ["--write"]
    if sys.argv[1:] and not is_writing:
        sys.exit(__doc__)
    pages = {page.stem: page for page in sorted(PAGES.glob("*.md"))}
    for name, page in pages.items():
        if "```example" in page.read_text(encoding="utf-8") and name not in EXAMPLES:
            sys.exit(f"{page.name}: an example that nothing computes")
    missing = [name for name in EXAMPLES if name not in pages]
    if missing:
        sys.exit(f"no page {', '.join(missing)}")
    wrong = sum(check(pages[name], function, is_writing) for name, function in EXAMPLES.items())
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
