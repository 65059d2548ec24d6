"""Makes Tests/Fixtures/lessons/bpe.json: what karpathy/minbpe prints when it trains on short awkward texts.

    git clone https://github.com/karpathy/minbpe originals/minbpe        # 1acefe8, of April 2024
    pip install regex tiktoken
    python dev/reference/lessons/bpe.py originals/minbpe

With a program and a text it compares what `ladder bpe` prints of the whole text with minbpe's lines; that of Shakespeare
takes minbpe minutes:

    python dev/reference/lessons/bpe.py originals/minbpe .build/release/ladder data/tinyshakespeare.txt
"""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [sys.argv[1], str(Path(__file__).parent / "../../tokenizer")]

from awkward import TEXTS
from minbpe import BasicTokenizer, RegexTokenizer
from minbpe.regex import GPT2_SPLIT_PATTERN

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/bpe.json"


def trained(tokenizer, text, merges):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        tokenizer.train(text, 256 + merges, verbose=True)
    return printed.getvalue().splitlines()


def record(text, merges):
    basic, regex = BasicTokenizer(), RegexTokenizer(GPT2_SPLIT_PATTERN)
    return {"text": text, "merges": merges, "whole": trained(basic, text, merges), "pieces": trained(regex, text, merges),
            "whole_tokens": basic.encode(text), "pieces_tokens": regex.encode_ordinary(text)}


def compare(ladder, path, merges=256):
    text = Path(path).read_bytes().decode()
    found = subprocess.run([ladder, "bpe", "--text", path, "--merges", str(merges), "--shown", str(merges)], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    lines = [line for line in found if line.startswith("merge ")]
    for name, tokenizer, ours in (("BasicTokenizer", BasicTokenizer(), lines[:merges]),
                                  ("RegexTokenizer", RegexTokenizer(GPT2_SPLIT_PATTERN), lines[merges:])):
        theirs = trained(tokenizer, text, merges)
        equal = sum(a == b for a, b in zip(ours, theirs))
        print(f"{name}: {equal} of {len(theirs)} lines are minbpe's")
        assert equal == len(theirs) == len(ours)


def main():
    if len(sys.argv) > 2:
        return compare(*sys.argv[2:4])
    texts = [("aaabdaaabac", 3)] + [(TEXTS[name], merges) for name, merges in (
        ("ties", 5), ("runs", 12), ("white space", 12), ("many bytes", 40), ("contractions", 20), ("stale", 8))]
    texts.append((TEXTS["sample"][:3000], 80))
    lines = [json.dumps(record(text, merges), ensure_ascii=False) for text, merges in texts]
    OUTPUT.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
