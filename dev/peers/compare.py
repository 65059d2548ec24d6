"""Measures one training step of GPT-2 124M by this project, by PyTorch and by llm.c, and prints them side by side.

Every contestant is a process of its own; all take their turns in every round, so that a disturbance of the machine
meets all of them. Times are over all rounds, without each run's first steps. The exit code is 1 if a contestant failed.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
WARM_UP_STEPS = 2
LLMC_SHAPE = (4, 64)  # the one that llm.c's CPU program knows

# glibc gives freed memory above some size back to the system, and the next step pays for it in page faults. These
# keep it, and ask for large pages.
KEEP_FREED_MEMORY = {
    "MALLOC_TOP_PAD_": str(256 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}

# MKL asks itself this before it uses AVX-512; on other makers' processors the answer costs it half its speed.
MKL_ON_ANY_PROCESSOR = "int mkl_serv_intel_cpu_true(void) { return 1; }\nint mkl_serv_intel_cpu(void) { return 1; }\n"


class Failure(Exception):
    """What went wrong and, where that helps, what to do."""


@dataclass
class Contestant:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)  # beside what is there
    milliseconds: list[float] = field(default_factory=list)  # of the steps that count, over all rounds
    peak_bytes: int = 0
    first_loss: float = 0
    version: str = ""

    def run(self) -> None:
        """Adds one run to the results."""
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+", errors="replace") as log:
            environment = {**os.environ, **self.environment}
            process = subprocess.Popen(
                self.command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=log
            )
            # The kernel's own count, the same for all; it includes children that the process has waited for.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            log.seek(0)
            if process.returncode != 0:
                last_words = "\n".join(log.read().splitlines()[-5:])
                raise Failure(f"{self.name} ended with exit code {process.returncode}:\n{last_words}")
            records = [json.loads(line) for line in output if line.startswith("{")]
        if "steps_ms" in records[-1]:  # the scripts beside this one
            times, self.first_loss = records[-1]["steps_ms"], records[-1]["first_loss"]
            self.version = records[-1]["version"]
        else:  # gpt2 train --json: a line a step
            steps = [record for record in records if record["event"] == "step"]
            times, self.first_loss = [step["milliseconds"] for step in steps], steps[0]["loss"]
        self.milliseconds += times[WARM_UP_STEPS:]
        unit = 1 if sys.platform == "darwin" else 1024
        self.peak_bytes = max(self.peak_bytes, usage.ru_maxrss * unit)

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)


def output_of(command: list[str], advice: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except OSError as error:
        raise Failure(f"{command[0]} cannot be run: {error.strerror}; {advice}") from None
    except subprocess.CalledProcessError as error:
        last_words = "\n".join(error.stderr.splitlines()[-3:])
        raise Failure(f"{' '.join(command[:2])} failed:\n{last_words}\n{advice}") from None


def contestants(options: argparse.Namespace, work: Path, shape: tuple[int, int], precision: str) -> list[Contestant]:
    """Who takes part at a shape and precision; ours first."""
    B, T = shape
    steps = ["--steps", str(options.steps), "--threads", str(options.threads)]
    common = ["--batch-size", str(B), "--sequence-length", str(T), "--precision", precision, *steps]
    ours = [options.gpt2, "train", "--model", "d12", "--data", f"{work}/text_train.bin", "--weight-decay", "0.1"]
    ours += ["--tokenizer", options.tokenizer, "--output", f"{work}/run", "--overwrite", "--json"]
    ours += ["--validation-interval", "0", "--sample-interval", "0"]
    pytorch = [options.python, str(HERE / "pytorch.py"), *common]
    tuned = "PyTorch, malloc tuned"
    group = [
        Contestant("ours", ours + common),
        Contestant("PyTorch", pytorch),
        Contestant(tuned, pytorch, KEEP_FREED_MEMORY),
    ]
    if precision == "fp32":  # in bf16 PyTorch uses oneDNN anyway
        group.append(Contestant(f"{tuned}, oneDNN", [*pytorch, "--onednn"], KEEP_FREED_MEMORY))
    best = KEEP_FREED_MEMORY
    if options.mkl_avx512:
        tuned, best = f"{tuned}, MKL with AVX-512", {**best, "LD_PRELOAD": f"{work}/mkl.so"}
        group.append(Contestant(tuned, pytorch, best))
    if options.compile:
        group.append(Contestant(f"{tuned}, compiled", [*pytorch, "--compile"], best))
    if options.llmc and precision == "fp32" and shape == LLMC_SHAPE:
        files = ["--checkpoint", options.llmc_checkpoint, "--data", f"{work}/text_train.bin"]
        files += ["--tokenizer", options.tokenizer]
        llmc = [sys.executable, str(HERE / "llmc.py"), "--llmc", options.llmc]
        group.append(Contestant("llm.c", llmc + files + steps))
    return group


def machine() -> dict:
    model = platform.machine()
    if Path("/proc/cpuinfo").is_file():
        found = re.search(r"^model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found[1] if found else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def result(contestant: Contestant, ours: Contestant | None, shape: tuple[int, int], precision: str) -> dict:
    B, T = shape
    return {
        "shape": f"{B}x{T}",
        "precision": precision,
        "contestant": contestant.name,
        "median_ms": contestant.median,
        "minimum_ms": min(contestant.milliseconds),
        "tokens_per_second": B * T / contestant.median * 1000,
        "peak_gib": contestant.peak_bytes / 2**30,
        "time_ratio": ours and ours.median / contestant.median,
        "minimum_ratio": ours and min(ours.milliseconds) / min(contestant.milliseconds),
        "memory_ratio": ours and ours.peak_bytes / contestant.peak_bytes,
        "first_loss": contestant.first_loss,
        "steps_ms": contestant.milliseconds,
    }


COLUMNS = {
    "shape": "B x T",
    "precision": "precision",
    "contestant": "contestant",
    "median_ms": "ms/step",
    "minimum_ms": "fastest",
    "tokens_per_second": "tokens/s",
    "peak_gib": "peak GiB",
    "time_ratio": "time",
    "minimum_ratio": "fastest",
    "memory_ratio": "memory",
}


def print_table(results: list[dict]) -> None:
    def cell(column: str, value: str | float | None) -> str:
        if value is None:
            return "-"
        if isinstance(value, str):
            return value
        return f"{value:.2f}" if column == "peak_gib" or column.endswith("ratio") else f"{value:.0f}"

    rows = [list(COLUMNS.values())]
    rows += [[cell(column, each[column]) for column in COLUMNS] for each in results]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    print("The last three columns are ours ÷ theirs: below 1, ours is faster or smaller.\n")
    for row in rows:
        # Words to the left, numbers to the right.
        print("  ".join(f"{text:{'<' if i < 3 else '>'}{widths[i]}}" for i, text in enumerate(row)).rstrip())


def shape(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text} is no shape, expected one like 4x64")
    return int(match[1]), int(match[2])


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", metavar="GPT2", help="the gpt2 command: .build/release/gpt2")
    parser.add_argument("--python", default=sys.executable, help="a Python with torch; this one if not given")
    parser.add_argument("--tokenizer", default=str(ROOT / "data/gpt2_tokenizer.bin"), help="gpt2_tokenizer.bin")
    parser.add_argument("--shapes", default="4x64,4x1024", help="B x T, separated by commas")
    parser.add_argument("--precisions", default="fp32,bf16", help="fp32, bf16 or both")
    parser.add_argument("--steps", type=int, default=20, help=f"in each run; the first {WARM_UP_STEPS} are not counted")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="all cores if not given")
    parser.add_argument("--compile", action="store_true", help="PyTorch also with torch.compile (needs a C++ compiler)")
    parser.add_argument(
        "--mkl-avx512", action="store_true", help="PyTorch also with MKL's AVX-512 on AMD (Linux; needs cc)"
    )
    parser.add_argument("--llmc", help="llm.c's train_gpt2, built from train_gpt2.c; takes part in fp32 at 4x64")
    parser.add_argument("--llmc-checkpoint", help="the 124M checkpoint that it starts from")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    try:
        options.shapes = [shape(text) for text in options.shapes.split(",")]
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    options.precisions = options.precisions.split(",")
    for precision in options.precisions:
        if precision not in ("fp32", "bf16"):
            parser.error(f"{precision} is no precision, expected fp32 or bf16")
    if options.steps <= WARM_UP_STEPS or options.rounds < 1:
        parser.error(f"expected --steps above {WARM_UP_STEPS} and --rounds of at least 1")
    if options.llmc and not options.llmc_checkpoint:
        parser.error("llm.c needs --llmc-checkpoint too")
    return options


def compare(options: argparse.Namespace, work: Path) -> tuple[list[dict], bool]:
    """The results, and whether they are of all contestants."""
    sources = sorted(str(path) for path in ROOT.glob("Sources/*/*.swift"))
    output_of(
        [options.gpt2, "tokenize", *sources, "--tokenizer", options.tokenizer, "--output", f"{work}/text"],
        "gpt2_tokenizer.bin is fetched by: make run; or give --tokenizer",
    )
    if options.mkl_avx512:
        source = work / "mkl.c"
        source.write_text(MKL_ON_ANY_PROCESSOR)
        output_of(["cc", "-shared", "-fPIC", "-o", f"{work}/mkl.so", str(source)], "install a C compiler")
    results, complete = [], True
    for each in options.shapes:
        for precision in options.precisions:
            group = contestants(options, work, each, precision)
            for turn in range(options.rounds):
                for contestant in list(group):
                    label = f"{each[0]}x{each[1]} {precision} round {turn + 1}/{options.rounds} {contestant.name}"
                    try:
                        contestant.run()
                        print(f"compare: {label}: {contestant.median:.0f} ms", file=sys.stderr)
                    except Failure as failure:
                        print(f"compare: {label}: left out: {failure}", file=sys.stderr)
                        group.remove(contestant)
                        complete = False
            ours = next((contestant for contestant in group if contestant.name == "ours"), None)
            results += [result(contestant, ours, each, precision) for contestant in group]
    return results, complete


def main() -> None:
    options = parsed()
    try:
        torch = output_of(
            [options.python, "-c", "import torch; print(torch.__version__)"],
            "give --python a Python that has torch: pip install torch",
        )
        ours = output_of([options.gpt2, "--version"], "build it with: make build")
        about = {**machine(), "threads": options.threads, "gpt2": ours, "pytorch": torch}
        if about["load_before"] > 0.5:
            print(f"compare: the load is {about['load_before']}; other work disturbs, PyTorch most", file=sys.stderr)
        with tempfile.TemporaryDirectory() as work:
            results, complete = compare(options, Path(work))
    except Failure as failure:
        print(f"compare: {failure}", file=sys.stderr)
        sys.exit(2)
    if options.json:
        print(json.dumps({"machine": about, "results": results}, indent=2))
    else:
        print(f"{about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}")
        print(f"gpt2 {ours}, PyTorch {torch}, {options.threads} threads, load {about['load_before']} at the start")
        print_table(results)
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    main()
