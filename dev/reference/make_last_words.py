"""Makes Tests/Fixtures/last_words.jsonl: texts, each cut before its last word as lm-evaluation-harness does it.

    python dev/reference/make_last_words.py

Its task lambada_openai takes for the context `' '.join(text.split(' ')[:-1])` and for the target `' ' + text.split(' ')[-1]`;
`TemplateLM._encode_pair` then moves the white space at the context's end to the target, encodes both joined, and
scores the tokens after as many as the context alone has. Tokens here are the bytes of UTF-8. Needs nothing but Python 3.11
or later; the same file comes out on every run.
"""

import json
import random
from pathlib import Path

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/last_words.jsonl"


def encode(text: str) -> list[int]:
    return list(text.encode())


def encode_pair(context: str, target: str) -> tuple[list[int], list[int]]:
    space = len(context) - len(context.rstrip())
    if space > 0:
        target = context[-space:] + target
        context = context[:-space]
    tokens = encode(context)
    return tokens, encode(context + target)[len(tokens):]


def main() -> None:
    generator = random.Random(20241128)
    spaces = [" ", " ", "  ", "   ", "\n ", " \n", " \n ", "\t ", "\u00a0 ", "\u3000 ", "\x1c ", "\x85 ", "\r\n ", "\u200b "]
    words = ["a", "word", "é", "世界", "🙂", "it's", "one\ntwo", "x\u00a0y", "1.5"]
    texts = ["a b", "a  b", "a\n b", "a \nb", "a\nb c", " a  b", "two  spaces   before\t last"]
    for _ in range(60):
        count = generator.randint(2, 6)
        text = generator.choice(words)
        for _ in range(count):
            text += generator.choice(spaces) + generator.choice(words)
        texts.append(text)
    lines = []
    for text in texts:
        pieces = text.split(" ")
        context, word = encode_pair(" ".join(pieces[:-1]), " " + pieces[-1])
        assert context, text
        lines.append(json.dumps({"text": text, "context": context, "word": word}, separators=(",", ":")))
    OUTPUT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
