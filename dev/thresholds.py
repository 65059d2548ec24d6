"""Measures what share of the machine's peaks each operation reaches, and writes what it must keep.

  python3 dev/thresholds.py .build/release/gpt2 --threads 2 --precisions fp32,bf16

Rewrites the sets of these conditions in dev/thresholds.json and leaves the others; `gpt2 bench --thresholds` reads it.
Measure on an idle machine: runs whose peaks were not steady count for nothing, and if too few are left nothing is
written.

What must be kept is the best share of all runs less a margin: a tenth, or twice the spread where that is more. The
check counts the best of several measurements too, so only what lies between one best and another is noise, and a tenth
is more than that between quiet runs. The spread is by how much the median of the runs lies below the best. Where the
margin would pass one half, as of operations that take microseconds, there is no threshold: it would find nothing.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARGIN = 0.1  # at least
WIDEST_MARGIN = 0.5


class Failure(Exception):
    """What went wrong and, where that helps, what to do."""


def measure(command: list[str], kernels: str | None) -> dict:
    environment = {**os.environ, **({"GPT2_KERNELS": kernels} if kernels else {})}
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    if process.returncode != 0:
        raise Failure(f"{' '.join(command)} ended with {process.returncode}:\n{process.stderr[-500:]}")
    return json.loads(process.stdout)


def is_steady(report: dict) -> bool:
    """As `Peaks.areDisturbed` has it."""
    peaks = report["peaks"]
    one, start, end = peaks["oneThread"], peaks["allThreads"], peaks["allThreadsAtEnd"]
    if start["fp32"] < 0.75 * one["fp32"] * start["threads"]:
        return False
    return all(5 / 6 <= end[name] / start[name] <= 6 / 5 for name in ("fp32", "read", "update"))


def shares(report: dict) -> dict:
    """By section, operation and pass."""
    return {
        (section["kind"], row["name"], row.get("pass") and row["pass"].strip()): row["fractionOfPeak"]
        for section in report["sections"]
        for row in section["rows"]
    }


def thresholds(runs: list[dict]) -> list[dict]:
    found = [shares(run) for run in runs]
    rows = []
    for key in found[0]:
        values = [each[key] for each in found]
        best = max(values)
        spread = 1 - statistics.median(values) / best
        margin = max(MARGIN, 2 * spread)
        if margin > WIDEST_MARGIN:
            print(f"thresholds: {key}: spread {spread:.0%}, left out", file=sys.stderr)
            continue
        section, operation, part = key
        rows.append({
            "section": section, "operation": operation, **({"pass": part} if part else {}),
            "share": round(best * (1 - margin), 3), "best": round(best, 3), "spread": round(spread, 3)})
    return rows


def conditions(report: dict, options: argparse.Namespace) -> dict:
    settings = report["settings"]
    names = ("threads", "precision", "layers", "channels", "batchSize", "sequenceLength", "promptLength")
    return {"kernels": report["machine"]["kernels"], "weights": options.weights, **{n: settings[n] for n in names}}


def measured_set(options: argparse.Namespace, threads: int, precision: str, kernels: str | None) -> dict:
    command = [options.gpt2, "bench", "--threads", str(threads), "--precision", precision]
    command += ["--weights", options.weights, "--json"]
    steady, tries = [], 0
    while len(steady) < options.runs and tries < 4 * options.runs:
        tries += 1
        report = measure(command, kernels)
        is_good = is_steady(report)
        steady += [report] if is_good else []
        print(f"thresholds: {threads} threads, {precision}, {kernels or 'the fastest'}: run {tries} "
              f"{'counts' if is_good else 'was disturbed'}", file=sys.stderr)
    if len(steady) < options.runs:
        raise Failure(f"only {len(steady)} of {tries} runs were steady; stop what else uses the machine")
    return {
        "conditions": conditions(steady[0], options),
        "measured": {
            "processor": steady[0]["machine"]["processor"], "runs": len(steady), "disturbed": tries - len(steady),
            "gpt2": subprocess.run([options.gpt2, "--version"], capture_output=True, text=True).stdout.strip(),
            "date": datetime.date.today().isoformat()},
        "thresholds": thresholds(steady),
    }


def write(path: Path, sets: list[dict]) -> None:
    """Whole or not at all."""
    before = json.loads(path.read_text())["sets"] if path.exists() else []
    new = [each["conditions"] for each in sets]
    kept = [each for each in before if each["conditions"] not in new]
    about = "Shares of the peaks that `gpt2 bench --thresholds` wants kept; written by dev/thresholds.py, which says how."
    lines = []
    for each in kept + sets:
        rows = ",\n".join("    " + json.dumps(row) for row in each["thresholds"])
        lines.append(
            f'  {{"conditions": {json.dumps(each["conditions"])},\n   "measured": {json.dumps(each["measured"])},\n'
            f'   "thresholds": [\n{rows}]}}')
    text = f'{{"version": 1, "about": {json.dumps(about)}, "sets": [\n' + ",\n".join(lines) + "\n]}\n"
    json.loads(text)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", metavar="GPT2", help="the gpt2 command: .build/release/gpt2")
    parser.add_argument("--threads", default=str(len(os.sched_getaffinity(0))), help="numbers, separated by commas")
    parser.add_argument("--precisions", default="fp32,bf16", help="separated by commas")
    parser.add_argument("--kernels", default="", help="sets, separated by commas; the fastest if not given")
    parser.add_argument("--weights", default="fp32")
    parser.add_argument("--runs", type=int, default=5, help="that must be steady")
    parser.add_argument("--output", type=Path, default=ROOT / "dev/thresholds.json")
    options = parser.parse_args()
    try:
        sets = [
            measured_set(options, int(threads), precision, kernels or None)
            for kernels in options.kernels.split(",")
            for threads in options.threads.split(",")
            for precision in options.precisions.split(",")
        ]
        write(options.output, sets)
    except (Failure, OSError, ValueError, KeyError) as failure:
        print(f"thresholds: {failure}; nothing was written", file=sys.stderr)
        sys.exit(1)
    print(f"thresholds: wrote {options.output}: {len(sets)} sets", file=sys.stderr)


if __name__ == "__main__":
    main()
