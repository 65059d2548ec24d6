"""Regenerates the figures of README.md and dev/speed.md, with the machine, the versions and the date that they are of.

  python3 dev/figures.py .build/release/gpt2 --python PYTHON --model 124M.bin --tokens val.bin   # all
  python3 dev/figures.py .build/release/gpt2 growth                                              # one table
  python3 dev/figures.py --list                                                                  # what each needs

A table stands between `<!-- figures: NAME -->` and `<!-- /figures: NAME -->`. Each is laid out anew from what the scripts
in dev/peers and dev/precision and `gpt2 bench` print; if any part of any of them fails, no file is changed and the exit
code is 1. Measure on an idle machine: all of it takes an hour. --save keeps the measurements, --from lays them out again.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DEV = Path(__file__).resolve().parent


class Failure(Exception):
    """What went wrong and, where that helps, what to do."""


class Partial(Failure):
    """Some files were changed, and others not."""


class Unusable(Failure):
    """What cannot be used at all: an option or a file."""


# Measurements: what other scripts and commands print.


def output_of(command: list[str], **more) -> str:
    print(f"figures: {' '.join(command)}", file=sys.stderr)
    try:
        # What they say of their progress is shown.
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, **more)
    except OSError as error:
        raise Failure(f"{command[0]} cannot be run: {error.strerror}") from None
    if process.returncode != 0:
        raise Failure(f"{' '.join(command)} ended with {process.returncode}")
    return process.stdout


def compare(options: argparse.Namespace) -> dict:
    command = [options.python, str(DEV / "peers/compare.py"), options.gpt2, "--json", "--compile", "--mkl-avx512"]
    command += ["--steps", str(options.steps)]
    if options.tokenizer:
        command += ["--tokenizer", options.tokenizer]
    if options.llmc:
        command += ["--llmc", options.llmc, "--llmc-checkpoint", options.llmc_checkpoint]
    return json.loads(output_of(command))


def generation(options: argparse.Namespace) -> dict:
    command = [options.python, str(DEV / "peers/generation.py"), options.gpt2, "--model", options.model, "--json"]
    command += ["--torch-python", options.python]
    if options.tokenizer:
        command += ["--tokenizer", options.tokenizer]
    return json.loads(output_of(command))


def growth(options: argparse.Namespace) -> dict:
    return json.loads(output_of([options.gpt2, "bench", "growth", "--json"]))


def formats(options: argparse.Namespace) -> dict:
    perplexities = {}
    for name in ("fp32", "fp16", "bf16", "q8_0", "q4_0"):
        command = [options.gpt2, "evaluate", "--model", options.model, "--data", options.tokens]
        perplexities[name] = json.loads(output_of([*command, "--quantize", name, "--json"]))["perplexity"]
    return perplexities


MEASUREMENTS = {
    "compare": (compare, []),
    "generation": (generation, ["model"]),
    "growth": (growth, []),
    "formats": (formats, ["model", "tokens"]),
}


def about(options: argparse.Namespace) -> dict:
    processor = platform.machine()
    if Path("/proc/cpuinfo").is_file():
        found = re.search(r"^model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        processor = found[1] if found else processor
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": processor, "cores": cores, "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "gpt2": output_of([options.gpt2, "--version"]).strip(), "date": datetime.date.today().isoformat(),
        "load": round(os.getloadavg()[0], 2),
    }


# Tables: lines of Markdown from measurements.


def words(machine: dict, *peers: str) -> str:
    """Where, when and with what: the first line of every table."""
    programs = ", ".join([f"gpt2 {machine['gpt2']}", *peers])
    return f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}: {programs}."


def columns(rows: list[list[str]]) -> list[str]:
    """As code: the first column to the left, the others to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        ("    " + "   ".join(
            text.ljust(width) if index == 0 else text.rjust(width)
            for index, (text, width) in enumerate(zip(row, widths)))).rstrip()
        for row in rows
    ]


def steps(measured: dict) -> tuple[list[str], dict]:
    """The shapes in their order, and results by contestant and shape."""
    shapes, results = [], {}
    for result in measured["compare"]["results"]:
        shape = f"{result['shape']} {result['precision']}"
        if shape not in shapes:
            shapes.append(shape)
        results.setdefault(result["contestant"], {})[shape] = result
    if "ours" not in results:
        raise Failure("compare.py has no times of ours")
    return shapes, results


def torch_version(measured: dict) -> str:
    return "PyTorch " + measured["compare"]["machine"]["pytorch"].split("+")[0]


def step(measured: dict) -> list[str]:
    shapes, results = steps(measured)
    torch = {name: of for name, of in results.items() if name.startswith("PyTorch")}

    def row(name: str, of: dict) -> list[str]:
        return [name, *(f"{of[shape]['median_ms']:.0f}" if shape in of else "" for shape in shapes)]

    best = {
        shape: min((of[shape] for of in torch.values() if shape in of), key=lambda result: result["median_ms"])
        for shape in shapes if any(shape in of for of in torch.values())
    }
    rows = [["B x T", *shapes], row("this", results["ours"])]
    if "PyTorch" in results:
        rows.append(row("PyTorch, as it is", results["PyTorch"]))
        rows.append(row(f"PyTorch, its best of {len(torch)} settings", best))
    if "llm.c" in results:
        rows.append(row("llm.c (gcc -Ofast, OpenMP)", results["llm.c"]))
    return [words(measured["about"], torch_version(measured)) + " Medians in milliseconds:", "", *columns(rows)]


def step_full(measured: dict) -> list[str]:
    shapes, results = steps(measured)

    def cell(of: dict, shape: str) -> str:
        return f"{of[shape]['median_ms']:.0f}  {of[shape]['peak_gib']:5.2f}" if shape in of else ""

    names = {"ours": "this", "llm.c": "llm.c (gcc -Ofast, OpenMP)"}
    rows = [["B x T", *shapes]]
    rows += [[names.get(name, name), *(cell(of, shape) for shape in shapes)] for name, of in results.items()]
    caption = words(measured["about"], torch_version(measured))
    return [caption + " Medians in milliseconds, peak memory in GiB:", "", *columns(rows)]


def generation_table(measured: dict) -> list[str]:
    found = measured["generation"]
    torch = found.get("torch", {})
    rows = [["weights", "decode: this", "llama.cpp", "prompt: this", "llama.cpp", "PyTorch", "first, ms: this", "llama.cpp"]]
    for name, of in found["formats"].items():
        ours, theirs = of["ours"], of["llama"]
        rows.append([
            name, f"{1 / ours['decode']:.0f}", f"{1 / theirs['decode']:.0f}",
            f"{found['prompt_length'] / ours['prefill']:.0f}", f"{found['prompt_length'] / theirs['prefill']:.0f}",
            f"{found['prompt_length'] / torch[name]:.0f}" if torch.get(name) else "",
            f"{ours['first_token'] * 1000:.0f}", f"{theirs['first_token'] * 1000:.0f}"])
    caption = words(measured["about"], f"llama-cpp-python {found['llama_version']}")
    return [
        f"{caption} Prompts of {found['prompt_length']} tokens and {found['tokens']} tokens after them, tokens/s, medians of "
        f"{found['rounds']} rounds:", "", *columns(rows)]


def growth_line(measured: dict) -> list[str]:
    rows = next(each for each in measured["growth"]["sections"] if each["kind"] == "growth")["rows"]
    pairs = [(a, b) for a, b in zip(rows, rows[1:]) if b["tokens"] == 2 * a["tokens"]]
    if not pairs:
        raise Failure("bench growth has no batch of twice the tokens of the one before")
    rise = max((b["secondsPerCall"] / b["tokens"]) / (a["secondsPerCall"] / a["tokens"]) for a, b in pairs)
    change = "rises by at most" if rise > 1 else "falls by at least"
    return [
        f"The time of a token {change} {abs(rise - 1):.0%} from one batch to the next of twice its tokens, from "
        f"{rows[0]['name']} to {rows[-1]['name']} (`gpt2 bench growth`; {words(measured['about'])[:-1]})."]


def formats_table(measured: dict) -> list[str]:
    found = measured["formats"]
    rows = [["", *found], ["perplexity", *(f"{value:.2f}" for value in found.values())]]
    return [words(measured["about"]), "", *columns(rows)]


def fast(measured: dict) -> list[str]:
    """Of README's reasons, in a line: at 4x64 in fp32, and from q8_0 weights."""
    _, results = steps(measured)
    times = [of["4x64 fp32"]["median_ms"] for name, of in results.items() if name.startswith("PyTorch") and "4x64 fp32" in of]
    of = measured["generation"]["formats"]["q8_0"]
    machine = measured["about"]
    return [
        f"A training step of 124M in {results['ours']['4x64 fp32']['median_ms']:.0f} ms, PyTorch's in {min(times):.0f} to "
        f"{max(times):.0f};",
        f"  text from q8_0 weights at {1 / of['ours']['decode']:.0f} tokens/s, llama.cpp's at {1 / of['llama']['decode']:.0f};",
        f"  {machine['cores']} cores of {machine['processor']}, {machine['date']}"]


# By name: the file, the measurements that it is made of, and the layout.
TABLES = {
    "fast": ("README.md", ["compare", "generation"], fast),
    "step": ("README.md", ["compare"], step),
    "step-full": ("dev/speed.md", ["compare"], step_full),
    "growth": ("dev/speed.md", ["growth"], growth_line),
    "generation": ("dev/speed.md", ["generation"], generation_table),
    "formats": ("dev/speed.md", ["formats"], formats_table),
}


# Files.


def replaced(text: str, name: str, lines: list[str], path: str) -> str:
    start, end = f"<!-- figures: {name} -->", f"<!-- /figures: {name} -->"
    if text.count(start) != 1 or text.count(end) != 1 or text.index(start) > text.index(end):
        raise Unusable(f"{path}: found no place for the figures, expected one line {start} and after it one {end}")
    # What stands in a sentence stays there.
    space = "" if text[text.index(start) + len(start)] != "\n" else "\n\n"
    return text[: text.index(start) + len(start)] + space + "\n".join(lines) + space + text[text.index(end):]


def write(texts: dict[Path, str]) -> None:
    """Each whole or not at all; nothing is begun before all texts are there, and none is named before all are written."""
    written: dict[Path, str] = {}
    named: list[str] = []
    try:
        for path, text in texts.items():
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
                written[path] = file.name
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(file.name, path.stat().st_mode & 0o777)
        for path in texts:
            os.replace(written[path], path)
            del written[path]
            named.append(str(path))
    except OSError as failure:
        if not named:
            raise
        raise Partial(f"{failure}; changed were {', '.join(named)}, and not {', '.join(map(str, written))}") from failure
    finally:
        for name in written.values():
            Path(name).unlink(missing_ok=True)


def measure(options: argparse.Namespace, names: list[str]) -> dict:
    wanted = sorted({measurement for name in names for measurement in TABLES[name][1]})
    if options.recorded:
        measured = json.loads(Path(options.recorded).read_text())
        for measurement in [*wanted, "about"]:
            if measurement not in measured:
                raise Unusable(f"{options.recorded}: found no {measurement}, expected it with --save of a measurement")
        return measured
    if not options.gpt2:
        raise Unusable("name the gpt2 command: .build/release/gpt2")
    for measurement in wanted:
        for need in MEASUREMENTS[measurement][1]:
            if not getattr(options, need):
                raise Unusable(f"{measurement} needs --{need}; or name the tables that are to be made")
    measured = {"about": about(options)}
    if measured["about"]["load"] > 0.5:
        print(f"figures: the load is {measured['about']['load']}: other work disturbs", file=sys.stderr)
    for measurement in wanted:
        measured[measurement] = MEASUREMENTS[measurement][0](options)
        # After each, as the next may fail or be interrupted.
        if options.save:
            Path(options.save).write_text(json.dumps(measured, indent=1) + "\n")
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="GPT2 TABLE", help="the gpt2 command, and the tables; all if none is")
    parser.add_argument("--list", action="store_true", help="list the tables")
    parser.add_argument("--python", default=sys.executable, help="a Python with torch and llama_cpp")
    parser.add_argument("--tokenizer", help="gpt2_tokenizer.bin; as the scripts find it if not given")
    parser.add_argument("--model", help="a trained checkpoint of 124M")
    parser.add_argument("--tokens", help="the token file that perplexity is of")
    parser.add_argument("--steps", type=int, default=20, help="training steps of each run; 7 take half the time")
    parser.add_argument("--llmc", help="llm.c's train_gpt2, for compare.py")
    parser.add_argument("--llmc-checkpoint")
    parser.add_argument("--save", metavar="FILE", help="keep the measurements")
    parser.add_argument("--from", dest="recorded", metavar="FILE", help="lay out what --save has kept; no GPT2 then")
    parser.add_argument("--root", type=Path, default=DEV.parent, help="where README.md and dev/speed.md are")
    options = parser.parse_args()
    if options.list:
        for name, (path, measurements, _) in TABLES.items():
            needs = [f"--{need}" for each in measurements for need in MEASUREMENTS[each][1]]
            print(f"{name:11} {path:13} from {', '.join(measurements)}" + (f"; needs {' '.join(needs)}" if needs else ""))
        return
    options.gpt2, names = (None, options.words) if options.recorded else (
        options.words[0] if options.words else None, options.words[1:])
    try:
        for name in names:
            if name not in TABLES:
                raise Unusable(f"found {name}, expected a table: {', '.join(TABLES)}")
        names = names or list(TABLES)
        texts = {}
        # The places are looked for before the work.
        for name in names:
            path = options.root / TABLES[name][0]
            texts[path] = replaced(texts.get(path) or path.read_text(), name, [], str(path))
        measured = measure(options, names)
        for name in names:
            path, _, layout = TABLES[name]
            texts[options.root / path] = replaced(texts[options.root / path], name, layout(measured), path)
        write(texts)
    except Unusable as failure:
        print(f"figures: {failure}", file=sys.stderr)
        sys.exit(2)
    except Partial as failure:
        print(f"figures: {failure}", file=sys.stderr)
        sys.exit(1)
    except (Failure, OSError, ValueError, KeyError, IndexError, TypeError, ZeroDivisionError, StopIteration) as failure:
        print(f"figures: {type(failure).__name__}: {failure}; no file was changed", file=sys.stderr)
        sys.exit(1)
    print(f"figures: wrote {', '.join(names)}", file=sys.stderr)


if __name__ == "__main__":
    main()
