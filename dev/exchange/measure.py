"""Measures what the sum of gradients costs: between two processes, and in one process beside plain accumulation.

    python3 dev/exchange/measure.py processes [--model d12 --batch-size 1 --sequence-length 64]
    python3 dev/exchange/measure.py tree [--model d12 --batch-size 1 --sequence-length 64]

`processes` runs the same training over two processes, one thread each, that talk over loopback (TCP, as between
machines), with --gigabits at most so fast in each direction (needs a C compiler), or with --shared through memory. "no
exchange" is what it is compared with: two runs at a time of one process each, so that both cores are as busy. `tree`
runs one process, an update of eight batches, as 1, 2, 4 and 8 replicas; 1 is plain accumulation.

All take turns, --rounds times. Times are medians over all updates but the first of each run. A ratio is the median over
the rounds of a run's time to that of the first line in the same round: other work on the machine hurts it least.
The tokens are random: no time depends on them.
"""

import argparse
import json
import re
import statistics
import struct
import subprocess
import tempfile
from array import array
from pathlib import Path
from random import Random

VOCABULARY = 50257


def write_tokens(path: Path, count: int) -> None:
    """A token file of llm.c's, whose largest token says how many there are."""
    random = Random(1)
    tokens = array("H", [VOCABULARY - 1] + [random.randrange(VOCABULARY) for _ in range(count - 1)])
    header = struct.pack("<256i", 20240520, 1, count, *[0] * 253)
    path.write_bytes(header + tokens.tobytes())


class Run:
    """One way to train, and what was measured of it."""

    def __init__(self, name: str, processes: int, jobs: int, options: list[str]) -> None:
        self.name, self.processes, self.jobs, self.options = name, processes, jobs, options
        self.updates: list[float] = []
        self.rounds: list[float] = []
        self.waits: list[float] = []
        self.memory = ""

    def measure(self, arguments: argparse.Namespace, folder: Path) -> None:
        train = [
            arguments.gpt2, "train", "--model", arguments.model, "--data", str(folder / "tokens.bin"),
            "--batch-size", str(arguments.batch_size), "--sequence-length", str(arguments.sequence_length),
            "--steps", str(arguments.steps), "--threads", str(arguments.threads), "--precision", arguments.precision,
            "--validation-interval", "0", "--sample-interval", "0", "--checkpoint-interval", "0", "--overwrite",
        ] + self.options  # fmt: skip
        if self.processes > 1:
            transport = [] if arguments.shared else ["--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "lo"]
            if arguments.gigabits:
                preloaded = f"LD_PRELOAD={folder / 'pace.so'}"
                transport += ["-x", preloaded, "-x", f"PACE={int(arguments.gigabits * 1e9 / 8)}"]
            train = [
                arguments.mpirun, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", *transport,
                "-n", str(self.processes), *train,
            ]  # fmt: skip
        outputs = [folder / f"run{job}" for job in range(self.jobs)]
        jobs = [
            subprocess.Popen([*train, "--output", str(output)], stderr=subprocess.PIPE, text=True) for output in outputs
        ]
        before = len(self.updates)
        for job, output in zip(jobs, outputs):
            _, log = job.communicate()
            if job.returncode != 0:
                raise SystemExit(f"measure: {self.name} failed:\n{log}")
            if memory := re.search(r"peak memory ([0-9.]+ \w+)", log):
                self.memory = memory[1]
            records = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
            steps = [record for record in records if record["event"] == "step"][1:]
            self.updates += [step["milliseconds"] for step in steps]
            self.waits += [step.get("waitedMilliseconds", 0) for step in steps]
        self.rounds.append(statistics.median(self.updates[before:]))


def processes(arguments: argparse.Namespace) -> list[Run]:
    def shared(name: str, *options: str) -> Run:
        return Run(name, 2, 1, [*options, "--total-batch-size", str(2 * arguments.batch_size * arguments.sequence_length)])

    return [
        Run("no exchange", 1, 2, []),
        shared("fp32, after the pass", "--no-overlap"),
        shared("fp32, overlapping", "--overlap"),
        shared("bf16, after the pass", "--no-overlap", "--gradient-precision", "bf16"),
        shared("bf16, overlapping", "--overlap", "--gradient-precision", "bf16"),
    ]


def tree(arguments: argparse.Namespace) -> list[Run]:
    total = str(8 * arguments.batch_size * arguments.sequence_length)
    return [
        Run(f"replicas: {replicas}", 1, 1, ["--total-batch-size", total, "--replicas", str(replicas)])
        for replicas in (1, 2, 4, 8)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["processes", "tree"])
    parser.add_argument("--gpt2", default=".build-mpi/release/gpt2")
    parser.add_argument("--mpirun", default="mpirun")
    parser.add_argument("--model", default="d12")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--sequence-length", type=int, default=64)
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--gigabits", type=float, help="a second; as fast as it goes if not given")
    parser.add_argument("--shared", action="store_true", help="talk through memory instead of TCP")
    arguments = parser.parse_args()
    runs = (processes if arguments.what == "processes" else tree)(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tokens(folder / "tokens.bin", 1 << 18)
        if arguments.gigabits:
            source = Path(__file__).parent / "pace.c"
            subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", folder / "pace.so", source, "-ldl"], check=True)
        for _ in range(arguments.rounds):
            for run in runs:
                run.measure(arguments, folder)
    print(f"{arguments.model}, B={arguments.batch_size}, T={arguments.sequence_length}, {arguments.precision}, "
          f"{arguments.gigabits or 'unlimited'} Gbit/s")
    print(f"{'':22}  ms an update  fastest  ratio  of it waiting  peak memory")
    for run in runs:
        middle = statistics.median(run.updates)
        ratio = statistics.median(mine / base for mine, base in zip(run.rounds, runs[0].rounds))
        print(
            f"{run.name:22}  {middle:12.0f}  {min(run.updates):7.0f}  {ratio:5.3f}  "
            f"{statistics.median(run.waits):13.0f}  {run.memory:>11}"
        )


if __name__ == "__main__":
    main()
