"""Holds `gpt2 tokenizer train` against Hugging Face's tokenizers on a text, merge for merge, and times both.

    pip install tokenizers
    python compare_training.py GPT2 TEXT [--vocabulary-size N ...] [--threads N] [--rounds N] [--minbpe CHECKOUT]

Every section up to a blank line is a document (--whole: the file is one), which lets tokenizers work on all threads; it gets them
as lists of strings, which are made before its clock starts. "By files" is its own reading of the file, line by line, the fastest
way that it has, whose pieces are a little different. The program's time is the whole command's, from the file to the written
tokenizer. Rounds take turns; the least time of each counts, on the clock and of processors. With --minbpe the first merges of karpathy/minbpe's RegexTokenizer are
compared, too, as far as ties do not part them.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from make_training_fixture import merges, tokenizer, trainer


class Clock:
    """Seconds since it was made, and those that processors worked for this process and its children."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return time.perf_counter(), sum(usage.ru_utime + usage.ru_stime for usage in used)

    def seconds(self):
        return tuple(now - start for now, start in zip(self.now(), self.start))


def swift(program, text, size, threads, minimum, documents):
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        subprocess.run([program, "tokenizer", "train", text, "--vocabulary-size", str(size), "--threads", str(threads),
                        "--minimum-frequency", str(minimum), "--documents", documents, "--output", folder + "/made/"], check=True,
                       stderr=subprocess.DEVNULL)
        return clock.seconds(), Path(folder, "made/merges.txt").read_text().split("\n")[1:-1]


def hugging_face(sections, size, minimum):
    made = tokenizer()
    clock = Clock()
    made.train_from_iterator((sections[i : i + 1000] for i in range(0, len(sections), 1000)), trainer(size, minimum))
    return clock.seconds(), [" ".join(pair) for pair in merges(made)]


def by_files(path, size, minimum):
    made = tokenizer()
    clock = Clock()
    made.train([path], trainer(size, minimum))
    return clock.seconds()


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


def compare(args, text, size):
    sections = [text]
    if not args.whole:
        sections = [part + "\n\n" for part in text.split("\n\n")]
        sections[-1] = sections[-1][:-2]
    documents = "file" if args.whole else "blank-line"
    times = {"this": [], "tokenizers": [], "by files": []}
    for _ in range(args.rounds):
        seconds, ours = swift(args.program, args.text, size, args.threads, args.minimum_frequency, documents)
        times["this"].append(seconds)
        seconds, theirs = hugging_face(sections, size, args.minimum_frequency)
        times["tokenizers"].append(seconds)
        times["by files"].append(by_files(args.text, size, args.minimum_frequency))
    equal = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
    print(f"{size} tokens of {len(text.encode()) / 1e6:.1f} MB on {args.threads} threads: {len(ours)} and {len(theirs)} merges, "
          f"the first {equal} equal", flush=True)
    for index, what in enumerate(("on the clock", "of processors")):
        least = {name: min(value[index] for value in values) for name, values in times.items()}
        best = min(least["tokenizers"], least["by files"])
        print(f"  seconds {what}: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in least.items())
              + f": {best / least['this']:.1f} times as many", flush=True)
    return ours


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("text")
    parser.add_argument("--vocabulary-size", type=int, nargs="+", default=[50257])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--minimum-frequency", type=int, default=2)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--minbpe")
    args = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    text = Path(args.text).read_bytes().decode()
    if not args.whole and ("\n\n\n" in text or "\r" in text):
        # The program's documents end otherwise there.
        sys.exit("compare_training: the text has blank lines side by side or CR; take them out, or give --whole")
    for size in args.vocabulary_size:
        ours = compare(args, text, size)
        if args.minbpe:
            first = minbpe(args.minbpe, text, min(size - 257, 300))
            equal = next((i for i, pair in enumerate(zip(ours, first)) if pair[0] != pair[1]), len(first))
            print(f"  minbpe: the first {equal} of {len(first)} merges in the same order, {len(set(first) & set(ours))} of them "
                  "among this one's")


if __name__ == "__main__":
    main()
