"""Runs llm.c's CPU program, which you have built, and prints the times of its training steps as a line of JSON.

That program takes no options: it trains at B=4, T=64 on files that it expects at fixed places. So it runs in a
temporary directory where links to your files stand at those places, and is stopped after enough steps. Its own times
are read; the validation that it does between the steps is not in them.
"""

import argparse
import json
import os
import pty
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

WARM_UP_STEPS = 2
MOST_STEPS = 41
STEP = re.compile(r"step \d+: train loss (\S+) \(took (\S+) ms\)")


def lines_of(command: list[str], directory: str, environment: dict[str, str]) -> Iterator[str]:
    """The program's output as it comes; ends the program when no more lines are asked for."""
    ours, its = pty.openpty()  # to a pipe it would write whole blocks, and steps would show much too late
    process = subprocess.Popen(
        command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=its, stderr=its
    )
    os.close(its)
    try:
        with open(ours, encoding="utf-8", errors="replace") as output:
            yield from output
    except OSError:  # how Linux says that a terminal's other side is closed
        pass
    finally:
        process.terminate()
        process.wait()  # also counts its memory to ours, for whoever measures this script


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llmc", type=Path, required=True, help="llm.c's train_gpt2, built from train_gpt2.c")
    parser.add_argument("--checkpoint", type=Path, required=True, help="a 124M checkpoint, version 3")
    parser.add_argument("--data", type=Path, required=True, help="token file to train on")
    parser.add_argument("--validation", type=Path, help="token file of its validation; the one of --data if not given")
    parser.add_argument("--tokenizer", type=Path, required=True, help="gpt2_tokenizer.bin")
    parser.add_argument("--steps", type=int, default=20, help=f"the first {WARM_UP_STEPS} are not counted")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="all cores if not given")
    options = parser.parse_args()
    if not WARM_UP_STEPS < options.steps <= MOST_STEPS:
        parser.error(f"--steps is {options.steps}, expected {WARM_UP_STEPS + 1} to {MOST_STEPS}")
    places = {
        "gpt2_124M.bin": options.checkpoint,
        "gpt2_tokenizer.bin": options.tokenizer,
        "dev/data/tinyshakespeare/tiny_shakespeare_train.bin": options.data,
        "dev/data/tinyshakespeare/tiny_shakespeare_val.bin": options.validation or options.data,
    }
    for path in (options.llmc, *places.values()):
        if not path.is_file():
            parser.error(f"{path} is not there; check the path")

    losses, milliseconds, others = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        for place, path in places.items():
            link = Path(directory, place)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads)}
        output = lines_of([str(options.llmc.resolve())], directory, environment)
        for line in output:
            if match := STEP.search(line):
                losses.append(float(match[1]))
                milliseconds.append(float(match[2]))
            else:
                others.append(line.rstrip())
            if len(milliseconds) == options.steps:
                break
        output.close()
    if len(milliseconds) < options.steps:
        print(f"llmc: {options.llmc} ended after {len(milliseconds)} steps; its last words:", file=sys.stderr)
        print(*others[-5:], sep="\n", file=sys.stderr)
        sys.exit(1)
    counted = milliseconds[WARM_UP_STEPS:]
    print(
        json.dumps(
            {
                "version": "llm.c",
                "threads": options.threads,
                "first_loss": losses[0],
                "median_ms": statistics.median(counted),
                "minimum_ms": min(counted),
                "steps_ms": milliseconds,
            }
        )
    )


if __name__ == "__main__":
    main()
