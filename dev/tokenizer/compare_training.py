"""Holds `gpt2 tokenizer train` against Hugging Face's tokenizers on a text, merge for merge, and times both.

    pip install tokenizers
    python compare_training.py GPT2 TEXT [--vocabulary-size N ...] [--threads N] [--rounds N] [--minbpe CHECKOUT]

Both get the file as one document. tokenizers reads it into a string first, which is not timed; the program's time is the whole
command's, from the file to the written tokenizer. Rounds take turns; the least time of each counts. With --minbpe the first
merges of karpathy/minbpe's RegexTokenizer are compared, too, as far as ties do not part them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def swift(program, text, size, threads, minimum):
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([program, "tokenizer", "train", text, "--vocabulary-size", str(size), "--threads", str(threads),
                        "--minimum-frequency", str(minimum), "--output", folder + "/made/"], check=True,
                       stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        return seconds, Path(folder, "made/merges.txt").read_text().split("\n")[1:-1]


def hugging_face(text, size, minimum):
    from make_training_fixture import merges, tokenizer, trainer

    made = tokenizer()
    start = time.perf_counter()
    made.train_from_iterator([text], trainer(size, minimum))
    return time.perf_counter() - start, [" ".join(pair) for pair in merges(made)]


def minbpe(checkout, text, count):
    """Merges as pairs of bytes spelt as in merges.txt."""
    sys.path[:0] = [checkout, str(Path(__file__).parent / "../reference")]
    from byte_pairs import byte_to_unicode
    from minbpe.regex import GPT2_SPLIT_PATTERN, RegexTokenizer

    made = RegexTokenizer(GPT2_SPLIT_PATTERN)
    made.train(text, 256 + count)
    spelling = byte_to_unicode()
    spelt = lambda token: "".join(spelling[byte] for byte in made.vocab[token])
    return [f"{spelt(left)} {spelt(right)}" for left, right in made.merges]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("text")
    parser.add_argument("--vocabulary-size", type=int, nargs="+", default=[50257])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--minimum-frequency", type=int, default=2)
    parser.add_argument("--minbpe")
    args = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    text = Path(args.text).read_bytes().decode()
    for size in args.vocabulary_size:
        times = {"this": [], "tokenizers": []}
        for _ in range(args.rounds):
            seconds, ours = swift(args.program, args.text, size, args.threads, args.minimum_frequency)
            times["this"].append(seconds)
            seconds, theirs = hugging_face(text, size, args.minimum_frequency)
            times["tokenizers"].append(seconds)
        equal = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
        least = {name: min(values) for name, values in times.items()}
        print(f"{size} tokens of {len(text.encode()) / 1e6:.1f} MB on {args.threads} threads: {len(ours)} and {len(theirs)} "
              f"merges, the first {equal} equal; this {least['this']:.2f} s, tokenizers {least['tokenizers']:.2f} s, "
              f"{least['tokenizers'] / least['this']:.1f} times as long", flush=True)
        if args.minbpe:
            first = minbpe(args.minbpe, text, min(size - 257, 300))
            equal = next((i for i, pair in enumerate(zip(ours, first)) if pair[0] != pair[1]), len(first))
            print(f"  minbpe: the first {equal} of {len(first)} merges in the same order, {len(set(first) & set(ours))} of them "
                  "among this one's")


if __name__ == "__main__":
    main()
