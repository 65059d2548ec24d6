"""Makes Tests/Fixtures/choices.bin and choices.json: random multiple-choice examples for the model tiny.bin.

    python dev/reference/make_choices.py

The file is in llm.c's format for HellaSwag and MMLU, the JSON has the same examples as lists. Some contexts are too long
for the model's 9 positions. Needs nothing but Python 3.11 or later; the same files come out on every run.
"""

import json
import random
import struct
from pathlib import Path

MAGIC, VERSION, START = 20240522, 1, 65535
VOCABULARY, EXAMPLES, COMPLETIONS = 31, 24, 4
OUTPUT = Path(__file__).parent / "../../Tests/Fixtures"


def words(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def example_bytes(index: int, example: dict) -> bytes:
    context, completions = example["context"], example["completions"]
    body = [index, example["label"], len(completions), len(context), *context]
    for completion in completions:
        body += [len(completion), *completion]
    return words([START, 2 * (len(body) + 2), *body])


def main() -> None:
    generator = random.Random(20240522)

    def tokens(shortest: int, longest: int) -> list[int]:
        return [generator.randrange(VOCABULARY) for _ in range(generator.randint(shortest, longest))]

    examples = [
        {
            "context": tokens(1, 14),
            "completions": [tokens(1, 5) for _ in range(COMPLETIONS)],
            "label": generator.randrange(COMPLETIONS),
        }
        for _ in range(EXAMPLES)
    ]
    streams = [example_bytes(index, example) for index, example in enumerate(examples)]
    header = [MAGIC, VERSION, len(examples), max(map(len, streams))]
    header += [0] * (256 - len(header))
    (OUTPUT / "choices.bin").write_bytes(struct.pack("<256i", *header) + b"".join(streams))
    lines = [json.dumps(example, separators=(",", ":")) for example in examples]
    (OUTPUT / "choices.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
