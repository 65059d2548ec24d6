"""Compares the Swift encoder with tiktoken, token for token, and times both.

    python compare.py TOKENIZER TEXT [--encode PATH_OF_THE_SWIFT_PROGRAM]

Texts: TEXT whole and line by line; every Unicode scalar value alone, between letters, after a space, between
spaces and between digits; long runs; random strings.
"""

import argparse
import random
import struct
import subprocess
import tempfile
import time
import unicodedata

import gpt2_tokenizer


def scalars():
    return [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def random_texts(count, seed):
    generator = random.Random(seed)
    alphabets = [
        [chr(c) for c in range(0x20, 0x7F)],
        list("abc '\n\t.,'sretvmld  123"),
        list(" \t\n\r\u00a0\u2003\u3000\u0085\u180e\u200b\u200dab1."),
        scalars(),
        [chr(c) for c in range(0x80, 0x3000)],
    ]
    return ["".join(generator.choices(generator.choice(alphabets), k=generator.randrange(1, 200)))
            for _ in range(count)]


def swift(program, tokenizer, texts):
    data = b"".join(struct.pack("<i", len(t)) + t for t in (text.encode() for text in texts))
    output = subprocess.run([program, tokenizer], input=data, stdout=subprocess.PIPE, check=True).stdout
    words = struct.unpack(f"<{len(output) // 4}i", output)
    lists, offset = [], 0
    while offset < len(words):
        lists.append(list(words[offset + 1 : offset + 1 + words[offset]]))
        offset += 1 + words[offset]
    return lists


def report(name, texts, program, tokenizer, reference):
    found = swift(program, tokenizer, texts)
    assert len(found) == len(texts)
    wrong = [i for i, text in enumerate(texts) if found[i] != reference.encode_ordinary(text)]
    print(f"{name}: {len(texts)} texts, {sum(map(len, found))} tokens, {len(wrong)} differ", flush=True)
    return wrong


def compare_scalars(name, program, tokenizer, reference):
    for form in ["{}", "a{}a", " {}", " {} ", "1{}1", ".{}.", "a {} a", "\n{}\n", "é{}é"]:
        wrong = report(f"{name}: every scalar as {form!r}", [form.format(c) for c in scalars()], program,
                       tokenizer, reference)
        if wrong:
            names = [f"U+{ord(scalars()[i]):04X} {unicodedata.category(scalars()[i])}" for i in wrong]
            print("   ", ", ".join(names[:40]), "…" if len(names) > 40 else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokenizer")
    parser.add_argument("text")
    parser.add_argument("--encode", default="encode/.build/release/encode")
    args = parser.parse_args()
    reference = gpt2_tokenizer.encoding(*gpt2_tokenizer.read(args.tokenizer))
    text = open(args.text, newline="").read()

    def run(name, texts):
        report(name, texts, args.encode, args.tokenizer, reference)

    run("whole text", [text])
    run("lines", text.splitlines(keepends=True))
    # tiktoken overflows its own stack on longer runs of white space.
    run("long runs", ["a" * 1_000_000, " " * 50_000, "\n" * 50_000, " \n" * 25_000, " " * 50_000 + "x",
                      "ab" * 300_000, "é" * 300_000, "🙂" * 100_000, "x" + "0" * 300_000,
                      *["a" * n for n in range(1, 300)], *["-=" * n for n in range(1, 300)],
                      *["".join(random.Random(n).choices("abcdehst", k=n)) for n in range(1, 600)]])
    run("random strings", random_texts(100_000, seed=1))
    compare_scalars("given tokenizer", args.encode, args.tokenizer, reference)
    with tempfile.NamedTemporaryFile() as file:
        tokens = gpt2_tokenizer.boundary_tokens()
        gpt2_tokenizer.write(file.name, tokens, len(tokens) - 1)
        reference_of_boundaries = gpt2_tokenizer.encoding(tokens, len(tokens) - 1)
        compare_scalars("boundaries", args.encode, file.name, reference_of_boundaries)
        report("boundaries: random strings", random_texts(100_000, seed=2), args.encode, file.name,
               reference_of_boundaries)

    times = []
    for _ in range(20):
        start = time.perf_counter()
        reference.encode_ordinary(text)
        times.append(time.perf_counter() - start)
    print(f"tiktoken: {len(text.encode()) / min(times) / 1e6:.1f} MB/s; Swift: ", end="", flush=True)
    subprocess.run([args.encode, args.tokenizer, args.text], check=True)


if __name__ == "__main__":
    main()
