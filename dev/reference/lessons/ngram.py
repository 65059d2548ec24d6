"""Makes Tests/Fixtures/lessons/ngram.json: what EurekaLabsAI/ngram prints, on its names and on a few others.

    git clone https://github.com/EurekaLabsAI/ngram originals/ngram
    python dev/reference/lessons/ngram.py originals/ngram

Runs ngram.py as it is, but for more decimals in what it prints. Needs numpy before version 2 (1.26.4 made the file): from
2.0 on, Python's float plus numpy's float32 is a float32, so that the sum of 200,000 losses loses its last digits, and
the figures differ from those of the original's README. Takes a minute.
"""

import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/ngram.json"
# Every letter is in the first list, as the original's vocabulary is what it finds there.
SMALL = {
    "train": "anna bob carol dave eve frank gina hugo ina jack karl lena max quentin vera wendy xaver yvonne zoe "
    "anton boris clara dora emil felix greta hanna ida jonas paula rosa simon tom ute willi oskar nora mia leo",
    "val": "adam bella carla erik fiona hans jana kai lina marta",
    "test": "alma bruno ella finn iris jule kim lara otto petra",
}


def run(checkout: Path, data: Path) -> dict:
    source = (checkout / "ngram.py").read_text().replace("%.4f", "%.9f").replace("loss %f", "loss %.9f")
    source = source.replace("perplexity %f", "perplexity %.9f")
    output = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(data, "data")
        os.mkdir("dev")
        with contextlib.redirect_stdout(output):
            exec(compile(source, "ngram.py", "exec"), {})
    text = output.getvalue()
    number = r"(\d+\.\d+)"
    rows = re.findall(rf"seq_len (\d) \| smoothing {number} \| train_loss {number} \| val_loss {number}", text)
    best, sample = re.search(r"best hyperparameters: (\{.*\})\n(.*)\ntest_loss", text, re.S).groups()
    loss, perplexity = re.search(rf"test_loss {number}, test_perplexity {number}", text).groups()
    return {
        "grid": [[float(value) for value in row] for row in rows],
        "best": list(json.loads(best.replace("'", '"')).values()),
        "sample": sample,
        "test_loss": float(loss),
        "test_perplexity": float(perplexity),
    }


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        lists = {split: "".join(name + "\n" for name in names.split()) for split, names in SMALL.items()}
        for split, text in lists.items():
            (data / f"{split}.txt").write_text(text)
        small = {"files": lists, **run(checkout, data)}
    trace = {"small": small, "names": run(checkout, checkout / "data")}
    OUTPUT.write_text(json.dumps(trace, indent=1) + "\n")


if __name__ == "__main__":
    main()
