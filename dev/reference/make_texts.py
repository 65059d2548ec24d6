"""Makes Tests/Fixtures/texts.json: bytes of texts, and what Python reads there.

    python dev/reference/make_texts.py

Files are read in text mode with universal line ends, as llm.c's dev/data/tinyshakespeare.py reads them; UTF-16 by
Python's codec; lines of JSON by its json module, with surrogates that have lost their other half replaced as
tiktoken's `Encoding.encode` does it. All bytes are in hexadecimal. Needs nothing but Python 3.11 or later; the same file
comes out on every run.
"""

import io
import json
import random
from pathlib import Path

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/texts.json"


def text_mode(data: bytes, encoding: str = "utf-8-sig") -> bytes:
    """What text mode makes of a file, in UTF-8."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=None).read().encode()


def json_text(line: str) -> bytes:
    text = json.loads(line)["text"]
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def main() -> None:
    generator = random.Random(20241127)
    units = ["\r", "\n", "\r\n", "\r\r\n", "\n\r", "a", "bc ", "é", "世", "🙂", "\t", "\u2028", "\x0b", "\x85"]
    texts = ["", "\r", "\n", "\r\n", "\r\n\r\n", "a\rb\r\nc\n\rd\r", "\r" * 7 + "\n" * 3]
    texts += ["".join(generator.choices(units, k=generator.randint(5, 60))) for _ in range(40)]
    files = [(text.encode(), text_mode(text.encode())) for text in texts]
    files += [(b"\xef\xbb\xbf" + text.encode(), text_mode(b"\xef\xbb\xbf" + text.encode())) for text in texts[5:9]]
    for encoding, mark in [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]:
        files += [(mark + text.encode(encoding), text_mode(text.encode(encoding), encoding)) for text in texts[4:20]]

    half, other = "\\ud83d", "\\ude42"
    escapes = [half, other, half + other, half + half + other, other + half, half + "x", half + "\\n", "\\\\" + half,
               "\\\\ud83d", "\\\\\\ud83d", "\\uD83D\\uDE42", "\\uDBFF", half + "\\u0041", half + "\\\\" + other, "\\u00e9"]
    escapes += ["".join(generator.choices([half, other, "\\\\", "\\\"", "a", "é", "\\r\\n"], k=8)) for _ in range(20)]
    lines = [f'{{"text": "a {escape} z", "n": 1}}' for escape in escapes]

    def records(pairs: list) -> list:
        return [{"bytes": data.hex(), "text": text.hex()} for data, text in pairs]

    found = {"files": records(files), "lines": records([(line.encode(), json_text(line)) for line in lines])}
    OUTPUT.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
