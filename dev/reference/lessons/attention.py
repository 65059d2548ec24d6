"""Makes Tests/Fixtures/lessons/attention.json: one head of attention on the recall task, by PyTorch in double precision.

    pip install torch numpy
    python dev/reference/lessons/attention.py

The head is written with torch's own embedding, softmax and cross-entropy, its gradients are autograd's, its updates
torch.optim.Adam's. Starts and texts are drawn by Python's random, as the Swift code draws them. "averages" are the four
versions of the mathematical trick in self-attention of Karpathy's lecture "Let's build GPT: from scratch, in code, spelled
out" (2023), "toy" its example of three rows. "bags" are the best losses of counting, by going through every text. PyTorch
2.13.0 made the file, in seconds.
"""

import itertools
import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/attention.json"
CHARACTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
torch.set_default_dtype(torch.float64)


def draw(source: random.Random, letters: int, digits: int, pairs: int) -> list[int]:
    order, statements = list(range(letters)), []
    for place in range(pairs):
        other = place + int(source.random() * (letters - place))
        order[place], order[other] = order[other], order[place]
        statements.append([order[place], letters + int(source.random() * digits)])
    questions = list(statements)
    for place in range(pairs):
        other = place + int(source.random() * (pairs - place))
        questions[place], questions[other] = questions[other], questions[place]
    return [token for pair in statements + questions for token in pair]


class Head(nn.Module):
    def __init__(self, source: random.Random, vocabulary: int, channels: int, size: int):
        super().__init__()

        def uniform(rows, columns, bound):
            return nn.Parameter(torch.tensor(
                [[bound * (2 * source.random() - 1) for _ in range(columns)] for _ in range(rows)]))

        self.token, self.previous = uniform(vocabulary, channels, 1), uniform(vocabulary, channels, 1)
        self.query, self.key, self.value = (uniform(channels, size, channels**-0.5) for _ in range(3))
        self.output = uniform(size, vocabulary, size**-0.5)

    def forward(self, tokens, is_causal=True):
        """(B, T) token ids to logits (B, T, V) and weights (B, T, T)."""
        before = F.pad(F.embedding(tokens[:, :-1], self.previous), (0, 0, 1, 0))
        x = F.embedding(tokens, self.token) + before
        q, k, v = x @ self.query, x @ self.key, x @ self.value
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if is_causal:
            scores = scores.masked_fill(torch.ones(scores.shape[-2:]).triu(1).bool(), -math.inf)
        weights = scores.softmax(dim=-1)
        return weights @ v @ self.output, weights


def loss_of(head, batch, pairs, is_causal=True):
    tokens = torch.tensor(batch)
    logits, _ = head(tokens[:, :-1], is_causal)
    asked = [2 * pairs + 2 * k for k in range(pairs)]
    return F.cross_entropy(logits[:, asked].flatten(0, 1), tokens[:, [t + 1 for t in asked]].flatten())


def flat(tensors) -> list[float]:
    return [value for tensor in tensors for value in tensor.flatten().tolist()]


def trace(seed, letters, digits, pairs, channels, size, batch_size, rate, steps) -> dict:
    source = random.Random(seed)
    head = Head(source, letters + digits, channels, size)
    run = {
        "seed": seed, "letters": letters, "digits": digits, "pairs": pairs, "channels": channels, "head_size": size,
        "batch_size": batch_size, "learning_rate": rate, "start": flat(head.parameters()), "losses": [],
    }
    optimizer = torch.optim.Adam(head.parameters(), lr=rate)
    for step in range(steps):
        batch = [draw(source, letters, digits, pairs) for _ in range(batch_size)]
        loss = loss_of(head, batch, pairs)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            run["first_text"] = "".join((CHARACTERS[:letters] + DIGITS[:digits])[token] for token in batch[0])
            run["first_gradient"] = flat(value.grad for value in head.parameters())
            logits, weights = head(torch.tensor(batch[:1])[:, :-1])
            run["first_weights"] = weights[0].tolist()
            run["first_logits"] = logits[0].tolist()
            run["unmasked_loss"] = loss_of(head, batch[:1], pairs, is_causal=False).item()
            gradients = torch.autograd.grad(loss_of(head, batch[:1], pairs, is_causal=False), head.parameters())
            run["unmasked_gradient"] = flat(gradients)
        optimizer.step()
        run["losses"].append(loss.item())
    return run | {"end": flat(head.parameters())}


def averages() -> dict:
    """As in the lecture's notebook, of one sequence."""
    torch.manual_seed(1337)
    T, C, size = 8, 2, 3
    x = torch.randn(T, C)
    loop = torch.stack([x[: t + 1].mean(dim=0) for t in range(T)])
    triangle = torch.tril(torch.ones(T, T))
    product = (triangle / triangle.sum(dim=1, keepdim=True)) @ x
    softmax = F.softmax(torch.zeros(T, T).masked_fill(triangle == 0, -math.inf), dim=-1) @ x
    query, key, value = (nn.Linear(C, size, bias=False) for _ in range(3))
    attended = F.scaled_dot_product_attention(
        query(x)[None], key(x)[None], value(x)[None], is_causal=True)[0]
    return {
        "x": x.tolist(), "loop": loop.tolist(), "product": product.tolist(), "softmax": softmax.tolist(),
        "query": query.weight.T.tolist(), "key": key.weight.T.tolist(), "value": value.weight.T.tolist(),
        "attention": attended.tolist(),
    }


def toy() -> dict:
    """The lecture's three rows, in single precision as there."""
    torch.manual_seed(42)
    a = torch.tril(torch.ones(3, 3, dtype=torch.float32))
    a = a / torch.sum(a, 1, keepdim=True)
    b = torch.randint(0, 10, (3, 2)).float()
    return {"b": b.tolist(), "c": (a @ b).tolist()}


def bag(digits: int, pairs: int) -> dict:
    """Of all texts with the letters in order, each of the questions' orders too: what counting characters tells."""
    losses, accuracies = [], []
    everything = list(itertools.product(range(digits), repeat=pairs))
    orders = list(itertools.permutations(range(pairs)))
    for question in range(pairs):
        answers = defaultdict(Counter)
        for values in everything:
            for order in orders:
                asked = order[: question + 1]
                seen = Counter("abcdefgh"[i] for i in range(pairs)) + Counter(str(v) for v in values)
                for letter in asked[:-1]:
                    seen += Counter({"abcdefgh"[letter]: 1, str(values[letter]): 1})
                now = "abcdefgh"[asked[-1]]
                seen += Counter({now: 1})
                # The last character may be known, too: it does not help.
                answers[now, tuple(sorted(seen.items()))][values[asked[-1]]] += 1
        total = len(everything) * len(orders)
        losses.append(-sum(
            n * math.log(n / counts.total()) for counts in answers.values() for n in counts.values()) / total)
        accuracies.append(sum(max(counts.values()) for counts in answers.values()) / total)
    return {"digits": digits, "pairs": pairs, "losses": losses, "accuracies": accuracies}


def main() -> None:
    result = {
        "averages": averages(), "toy": toy(), "bags": [bag(2, 2), bag(4, 3), bag(3, 4)],
        "runs": [trace(3, 5, 4, 3, 5, 3, 4, 0.02, 20), trace(4, 2, 3, 1, 1, 1, 2, 0.1, 5)],
    }
    OUTPUT.write_text(json.dumps(result).replace('{"seed"', '\n{"seed"') + "\n")


if __name__ == "__main__":
    main()
