"""Writes the losses that the original of `ladder mlp` prints: Tests/Fixtures/lessons/mlp*.json.

The original is mlp_numpy.py of https://github.com/EurekaLabsAI/mlp; CHECKOUT is a clone of it. Needs numpy. It runs
for two minutes with its own settings; --set changes the numbers that it assigns at its top level.

    python dev/reference/lessons/mlp.py CHECKOUT --output Tests/Fixtures/lessons/mlp.json
    python dev/reference/lessons/mlp.py CHECKOUT --data Tests/Fixtures/lessons/names \
      --set embedding_size=5 --set hidden_size=19 --set batch_size=13 --set num_steps=401 \
      --set learning_rate=0.01 --every 20 --output Tests/Fixtures/lessons/mlp_small.json
"""

import argparse
import contextlib
import io
import json
import os
import re
import sys

SETTINGS = ["context_length", "embedding_size", "hidden_size", "learning_rate", "batch_size", "num_steps"]


def replaced(pattern, text, source):
    """The source with the one place that matches replaced."""
    source, count = re.subn(pattern, text, source, flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{pattern}: found {count} times, expected once; is this another version of mlp_numpy.py?")
    return source


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkout")
    parser.add_argument("--data", help="directory of train.txt, val.txt and test.txt; the checkout's if not given")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER")
    parser.add_argument("--every", type=int, default=200, help="steps between two evaluations")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()

    checkout = os.path.abspath(arguments.checkout)
    output = os.path.abspath(arguments.output)
    with open(os.path.join(checkout, "mlp_numpy.py")) as file:
        source = file.read()
    for setting in arguments.set:
        name, number = setting.split("=")
        source = replaced(rf"^{name} = [0-9.e-]+", f"{name} = {number}", source)
    source = replaced(r"step % 200 == 0", f"step % {arguments.every} == 0", source)
    # It looks for data/train.txt where it is run.
    data = os.path.abspath(arguments.data or os.path.join(checkout, "data"))
    source = source.replace("open('data/", f"open('{data}/")

    sys.path.insert(0, checkout)
    names = {"__name__": "mlp_numpy"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "mlp_numpy.py", "exec"), names)
    text = printed.getvalue()

    steps = re.findall(r"^step +(\d+) \| train_loss ([\d.]+) \| val_loss ([\d.]+)", text, re.MULTILINE)
    sample, test_loss = re.fullmatch(r".*ms\n(\n.*)\ntest_loss ([\d.]+)\n", text, re.DOTALL).groups()
    trace = {name: names[name] for name in SETTINGS}
    trace["evaluation_interval"] = arguments.every
    trace["vocabulary_size"] = names["vocab_size"]
    trace["steps"] = [int(step) for step, _, _ in steps]
    trace["training_losses"] = [float(loss) for _, loss, _ in steps]
    trace["validation_losses"] = [float(loss) for _, _, loss in steps]
    trace["test_loss"] = float(test_loss)
    trace["sample"] = sample
    with open(output, "w") as file:
        lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in trace.items()]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
