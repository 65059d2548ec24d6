"""Makes Tests/Fixtures/draws.json: which documents are drawn for validation.

    python dev/reference/make_draws.py

Each document draws 32 bits of NumPy's Mersenne Twister. In the order of these numbers documents are taken until they
have the goal, the number of tokens that was asked for or else 32,768 or a tenth of all; one that would make them more than a
quarter of all, or than the goal if that is more, is passed over. An empty list means that what was found is less than
half of the goal, or of 2 tokens: then the last tokens are cut off. The same file comes out on every run.
"""

import json
import random
from pathlib import Path

import numpy

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/draws.json"


def draw(lengths: list[int], goal: int, seed: int) -> list[int]:
    keys = numpy.random.RandomState(seed).randint(0, 2**32, size=len(lengths), dtype=numpy.uint32).tolist()
    limit = max(goal, sum(lengths) // 4)
    drawn, count = [], 0
    for index in sorted(range(len(lengths)), key=lambda index: (keys[index], index)):
        if count >= goal:
            break
        if count + lengths[index] <= limit:
            drawn.append(index)
            count += lengths[index]
    return sorted(drawn) if count >= 2 and 2 * count >= goal and count <= sum(lengths) - 2 else []


def main() -> None:
    generator = random.Random(20241129)
    cases = []
    for number in range(60):
        documents = generator.choice([1, 2, 3, 4, 5, 10, 40, 200])
        longest = generator.choice([1, 5, 50, 400])
        lengths = [generator.randint(1, longest) for _ in range(documents)]
        if number % 5 == 0:
            lengths[generator.randrange(documents)] += 2000
        if sum(lengths) < 8:
            lengths[0] += 8
        seed = generator.choice([0, 1, 42, 1337, 2**32 - 1])
        given = generator.choice([None, None, 2, 3, sum(lengths) // 3, sum(lengths) - 2])
        goal = given if given is not None else max(2, min(32768, sum(lengths) // 10))
        goal = max(2, goal)
        given = None if given is None else goal
        cases.append({"lengths": lengths, "seed": seed, "given": given, "goal": goal, "drawn": draw(lengths, goal, seed)})
    OUTPUT.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
