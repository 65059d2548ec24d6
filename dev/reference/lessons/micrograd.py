"""Makes Tests/Fixtures/lessons/micrograd.json: what the two originals of the rung micrograd print.

    git clone https://github.com/karpathy/micrograd originals/karpathy
    git clone https://github.com/EurekaLabsAI/micrograd originals/eureka
    python dev/reference/lessons/micrograd.py originals/karpathy originals/eureka

Runs the cells of the first one's demo.ipynb up to the end of training, and the second one's micrograd.py, as they are.
Needs numpy and scikit-learn (1.9.1 made the file); matplotlib and graphviz are not needed, as nothing is drawn. Takes a
minute.
"""

import contextlib
import io
import json
import re
import runpy
import sys
import tempfile
from pathlib import Path
from unittest.mock import MagicMock

OUTPUT = Path(__file__).parent / "../../../Tests/Fixtures/lessons/micrograd.json"


def captured(run) -> tuple[str, dict]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        names = run()
    return output.getvalue(), names


def moons(checkout: Path) -> dict:
    sys.path.insert(0, str(checkout))
    sys.modules["matplotlib"] = sys.modules["matplotlib.pyplot"] = MagicMock()
    notebook = json.loads((checkout / "demo.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if "decision boundary" not in cell]
    source = "\n".join(re.sub(r"^%.*$", "", cell, flags=re.M) for cell in cells)
    # The weights before the first step, which the notebook does not print.
    source = source.replace(
        "\n# optimization\n", "\ninitial = [p.data for p in model.parameters()]\n# optimization\n"
    )

    def run() -> dict:
        names: dict = {}
        exec(compile(source, "demo.ipynb", "exec"), names)
        return names

    text, names = captured(run)
    steps = re.findall(r"step \d+ loss (\S+), accuracy (\S+)%", text)
    return {
        "points": [[float(x), float(y), int(label)] for (x, y), label in zip(names["X"], names["y"])],
        "first_weights": names["initial"][:6],
        "losses": [float(loss) for loss, _ in steps],
        "accuracies": [float(accuracy) for _, accuracy in steps],
    }


def yin_yang(checkout: Path) -> dict:
    sys.path.insert(0, str(checkout))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        text, names = captured(lambda: runpy.run_path(str(checkout / "micrograd.py")))
    splits = names["train_split"] + names["val_split"] + names["test_split"]
    return {
        "points": [[*place, label] for place, label in splits],
        "training_losses": [float(loss) for loss in re.findall(r"train loss (\S+)", text)],
        "validation_losses": [float(loss) for loss in re.findall(r"val loss (\S+)", text)],
    }


def main() -> None:
    karpathy, eureka = (Path(path).resolve() for path in sys.argv[1:3])
    trace = {"moons": moons(karpathy), "yin_yang": yin_yang(eureka)}
    lines = [json.dumps(key) + ": " + json.dumps(value) for key, value in trace.items()]
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
