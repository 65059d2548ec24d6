"""Makes every system call that a command makes fail, one at a time, and looks at what is left.

Usage: faults.py [--short] [--only WORD]... [--family NAME]... [--jobs N] GPT2

dev/faults/faults.c, preloaded, counts a command's calls while it works and then makes the first, the second, ... of a
family fail, until all have: with ENOSPC, EIO or EINTR once, with ENOSPC for good as on a full disk, or as half a write.
After each failure, in a folder of its own:

  - what was there before is there, whole, with the same bytes; or what was to be written is, all of it. Of several
    files together: all old or all new;
  - of a run, every checkpoint that was reported is there, and going on from it ends with the bytes of a run that was
    never disturbed;
  - nothing half-written is left behind, and the inputs are as they were;
  - the exit code is not 0, unless all went well after all, or the failure was said;
  - standard error says it in one line of gpt2's, no trap and no signal;
  - the same command then works.

Memory that is refused may end the process by a trap (Swift's own library does that), so there only the files are looked
at. --short tries a few calls of each family, in less than a minute. Exit code 1 if something did not hold.
"""
import argparse
import collections
import concurrent.futures
import errno
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FAMILIES = ["open", "read", "write", "fsync", "close", "rename", "link", "mkdir", "truncate", "flock", "mmap", "malloc"]
STATE_BYTES = 8 * (len(FAMILIES) + 1)
FULL = "full for good"
HALF = "half a write"
# How each family may fail: by an errno, once; by ENOSPC from then on; by half of what was to be written.
WAYS = {
    "open": ["EIO", "EMFILE"], "read": ["EIO", "EINTR"], "write": ["ENOSPC", FULL, "EIO", "EINTR", HALF],
    "fsync": ["EIO", "ENOSPC"], "close": ["EIO"], "rename": ["EIO", "ENOSPC"], "link": ["EPERM", "EIO"], "mkdir": ["ENOSPC"],
    "truncate": ["EIO"], "flock": ["ENOSYS", "EINTR"], "mmap": ["ENOMEM"], "malloc": ["ENOMEM"],
}
# What must be said if the command goes on all the same.
SPOKEN = ("write", "fsync", "rename", "mkdir")
# Unless another call did it: where two names cannot be exchanged or a link made, a rename does; where no folder can be made
# beside another, one is made in it. Then the outputs are all new, which is looked at.
REPLACED = ("rename", "mkdir")


class Scenario:
    """A command, the folder that it begins in, and which files it writes."""

    def __init__(self, name, command, outputs, before=(), again="", run=None):
        self.name, self.command, self.outputs, self.before = name, command.split(), outputs, before
        # What makes the same command work where its output is there already.
        self.again = again.split()
        # The directory of a run, whose command is repeated with --resume.
        self.run = run


TRAIN = ("train --model 1x2x16 --positions 32 -b 2 -t 16 -d 32 --steps 4 --data text_train.bin --validation text_val.bin "
         "--tokenizer byte.bin --output run --threads 1 -n 1 -nk 2 -m 1 -v 2 -s 0 --keep-best")
ADAPT = ("train --model base.bin -b 2 -t 16 --steps 3 --data text_train.bin --tokenizer byte.bin --output run --threads 1 "
         "-n 1 -nk 2 -v 0 -s 0 --lora-rank 2")
OLD_TEXT = "tokenize old.txt --tokenizer byte.bin --output new --threads 1"
SCENARIOS = [
    Scenario("tokenize", "tokenize text.txt --tokenizer byte.bin --output new --threads 1",
             ["new_train.bin", "new_val.bin"], again="--overwrite"),
    Scenario("tokenize --overwrite", "tokenize text.txt --tokenizer byte.bin --output new --threads 1 --overwrite",
             ["new_train.bin", "new_val.bin"], [OLD_TEXT]),
    Scenario("tokenize --shard-tokens",
             "tokenize text.txt --tokenizer byte.bin --output new --threads 1 --shard-tokens 5000", ["new_*"],
             again="--overwrite"),
    Scenario("tokenize --byte-level", "tokenize --byte-level new.bin", ["new.bin"], again="--overwrite"),
    Scenario("convert .gguf", "convert base.bin new.gguf --tokenizer byte.bin", ["new.gguf"], again="--overwrite"),
    Scenario("convert .gguf --overwrite", "convert base.bin new.gguf --tokenizer byte.bin --overwrite", ["new.gguf"],
             ["convert other.bin new.gguf --tokenizer byte.bin"]),
    Scenario("convert .bin", "convert base.bin new.bin --format bf16", ["new.bin"], again="--overwrite"),
    Scenario("convert folder/", "convert base.bin new/ --tokenizer byte.bin", ["new", "new/*"], again="--overwrite"),
    Scenario("convert folder/ --overwrite", "convert base.bin new/ --tokenizer byte.bin --overwrite",
             ["new", "new/*"], ["convert other.bin new/ --tokenizer other-byte.bin"]),
    Scenario("train", TRAIN, ["run", "run/*"], run="run"),
    Scenario("train --resume", TRAIN + " --resume", ["run", "run/*"], [TRAIN.replace("--steps 4", "--steps 2")], run="run"),
    Scenario("train --lora-rank", ADAPT, ["run", "run/*"], run="run"),
    Scenario("train --overwrite", TRAIN + " --overwrite", ["run", "run/*"],
             [TRAIN.replace("--steps 4", "--steps 2 --seed 7")], run="run"),
    Scenario("finetune", "finetune text.txt --model base.bin --tokenizer byte.bin --output run --steps 3 --threads 1",
             ["run", "run/*"], run="run"),
    Scenario("report", "report done --output new.html", ["new.html"], again="--overwrite"),
    Scenario("report --overwrite", "report done --output new.html --overwrite", ["new.html"],
             ["report older --output new.html"]),
    Scenario("evaluate", "evaluate --model base.bin --data text_val.bin --threads 1 --max-tokens 64 --json", []),
]
SHORT = ["tokenize --overwrite", "convert .gguf", "convert folder/ --overwrite", "train --resume", "train --lora-rank",
         "report"]


def digest(folder, patterns):
    """Of each output its bytes, or what it is; only of files whose bytes do not depend on the time."""
    found = {}
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            name = str(path.relative_to(folder))
            if path.name in ("main.log", "metrics.jsonl", "plan.json", "run.lock"):
                continue
            if ".partial" in path.name:  # No output yet; whether it may be left is asked elsewhere.
                continue
            if path.is_dir():
                found[name] = "folder"
                continue
            content = path.read_bytes()
            if path.suffix == ".html":
                # It says when it was made, and of what folder.
                content = re.sub(rb"/[\w/.-]*/try|\d{4}-\d\d-\d\d[T ][\d:]+Z?|\d{4}-\d\d-\d\d", b"", content)
            if path.name.startswith("DONE_"):
                # Checksums, also of progress, which may be another: see `found_in_run`.
                content = b"".join(line for line in content.splitlines(True) if b"  progress_" not in line)
            found[name] = hashlib.sha256(content).hexdigest()[:16]
    return found


class Bench:
    def __init__(self, gpt2, library):
        self.gpt2, self.library = gpt2, library
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="faults-"))
        self.inputs = self.work / "inputs"
        self.inputs.mkdir()
        readme = (ROOT / "README.md").read_bytes()
        self.inputs.joinpath("text.txt").write_bytes(readme[:30_000])
        self.inputs.joinpath("old.txt").write_bytes(readme[:9_000])
        small = "--positions 32 -b 2 -t 16 -d 32 --data text_train.bin --tokenizer byte.bin --threads 1 -v 0 -s 0"
        for command in ["tokenize text.txt --byte-level byte.bin --output text",
                        f"train --model 1x2x16 --steps 1 --output older {small}",
                        f"train --model 1x2x32 --steps 1 --output other {small}",
                        f"train --model 1x2x16 --steps 3 --output done {small}"]:
            self.check(command.split(), self.inputs)
        for run, step, name in [("done", 3, "base.bin"), ("other", 1, "other.bin")]:
            shutil.copy(self.inputs / run / f"model_{step:08}.bin", self.inputs / name)
        shutil.rmtree(self.inputs / "other")
        # The same tokens in another file, so that it can be told which of the two was put in.
        shutil.copy(self.inputs / "byte.bin", self.inputs / "other-byte.bin")

    def check(self, command, folder):
        done = subprocess.run([self.gpt2, *command], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"faults: {' '.join(command)} does not work without a fault: {done.stderr}")
        return done

    def begin(self, scenario):
        """A folder as the scenario begins in, and what is in it."""
        folder = self.work / ("begin-" + re.sub(r"\W+", "-", scenario.name))
        shutil.copytree(self.inputs, folder)
        for command in scenario.before:
            self.check(command.split(), folder)
        return folder

    def copy(self, start):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        shutil.copytree(start, folder / "try")
        folder.joinpath("tmp").mkdir()
        return folder / "try"

    def run(self, command, folder, family=None, at=0, way=None):
        """The command's outcome with one call failing, and the calls that were counted."""
        state = folder.parent / "state"
        state.write_bytes(bytes(STATE_BYTES))
        variables = dict(os.environ, LD_PRELOAD=self.library, FAULTS_STATE=str(state), TMPDIR=str(folder.parent / "tmp"))
        if family:
            variables.update(
                FAULTS_FAMILY=family, FAULTS_AT=str(at), FAULTS_LASTING="1" if way == FULL else "0",
                FAULTS_ERROR=str(0 if way == HALF else errno.ENOSPC if way == FULL else getattr(errno, way)))
        try:
            done = subprocess.run([self.gpt2, *command], cwd=folder, env=variables, capture_output=True, timeout=60,
                                  stdin=subprocess.DEVNULL)
            code, words = done.returncode, done.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            code, words = "no end", ""
        numbers = struct.unpack_from(f"{len(FAMILIES) + 1}q", state.read_bytes())
        return code, words, dict(zip(FAMILIES, numbers)), numbers[-1]


class Judge:
    """What may be after a failure of a scenario's command."""

    def __init__(self, bench, scenario):
        self.bench, self.scenario = bench, scenario
        self.start = bench.begin(scenario)
        self.old = digest(self.start, scenario.outputs)
        self.inputs = digest(self.start, ["*", "done/*"])
        folder = bench.copy(self.start)
        code, words, self.calls, _ = bench.run(scenario.command, folder)
        if code != 0:
            sys.exit(f"faults: {scenario.name} does not work without a fault: {words}")
        self.new = digest(folder, scenario.outputs)
        shutil.rmtree(folder.parent)

    def problems(self, family, at, way):
        """What did not hold; `None` if no call failed, since there were fewer."""
        bench, scenario = self.bench, self.scenario
        folder = bench.copy(self.start)
        try:
            code, words, _, failed = bench.run(scenario.command, folder, family, at, way)
            if not failed:
                return None
            return list(self.found(folder, family, at, way, code, words))
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)

    def found(self, folder, family, at, way, code, words):
        scenario = self.scenario
        after = digest(folder, scenario.outputs)
        if code == "no end":
            yield "it does not end"
        # A process that was refused memory may have been trapped; then it could not clean up either.
        trapped = isinstance(code, int) and code < 0
        if trapped and family != "malloc":
            yield f"signal {-code}: {last_line(words)}"
        changed = [name for name, value in self.inputs.items()
                   if name not in self.old and digest(folder, ["*", "done/*"]).get(name) != value]
        if changed:
            yield "inputs changed: " + ", ".join(changed)
        left = [str(path.relative_to(folder)) for path in folder.rglob("*")
                if ".partial" in path.name or path.name.endswith(".unfinished")]
        if left and not trapped:
            yield "left behind: " + ", ".join(left)
        if code == 0:
            yield from self.found_in_success(after, family, at, way, words)
        elif not trapped:
            name = pathlib.Path(self.bench.gpt2).name + ": "
            lines = [line for line in words.splitlines() if line.startswith(name)
                     and not line.startswith((name + "note", name + "warning"))]
            if len(lines) != 1 and code != "no end":
                yield f"exit code {code} with {len(lines)} lines of what went wrong: {last_line(words)}"
        if scenario.run:
            yield from self.found_in_run(folder, words)
        else:
            yield from self.found_in_files(folder, after, code)

    def found_in_success(self, after, family, at, way, words):
        if after != self.new and not self.scenario.run:
            yield "exit code 0 with other outputs than without a fault"
        harmless = way in (HALF, "EINTR")
        said = os.strerror(errno.ENOSPC if way == FULL else getattr(errno, way, 0)) in words
        has_another_way = family in REPLACED and way != FULL and not self.scenario.run and after == self.new
        if family in SPOKEN and not harmless and not said and not has_another_way:
            yield "exit code 0 without a word of it"

    def found_in_files(self, folder, after, code):
        scenario = self.scenario
        if after not in (self.old, self.new):
            names = [name for name in self.old.keys() | self.new.keys() | after.keys()]
            shown = ", ".join(sorted(f"{name}: {self.what(name, after)}" for name in names))
            yield f"neither all old nor all new ({shown})"
        command = scenario.command + [word for word in scenario.again if word not in scenario.command]
        again, words, *_ = self.bench.run(command, folder)
        if again != 0:
            yield f"the same command does not work any more: {last_line(words)}"
        elif digest(folder, scenario.outputs) != self.new:
            yield "the same command without a fault gives something else"

    def what(self, name, after):
        value = after.get(name)
        return "none" if value is None else "old" if value == self.old.get(name) else \
            "new" if value == self.new.get(name) else "something else"

    def found_in_run(self, folder, words):
        scenario = self.scenario
        run = folder / scenario.run
        reported = [int(step) for step in re.findall(r"wrote \S*?(?:model|adapters)_0*(\d+)\.bin", words)]
        done = [int(path.name[5:]) for path in run.glob("DONE_*")]
        newest = max(done, default=0)
        # It may have gone elsewhere, which is said.
        if reported and max(reported) > newest and str(folder.parent / "tmp") not in words:
            yield f"checkpoint {max(reported)} was reported, and the newest is {newest}"
        if "--overwrite" in scenario.command and not done:
            yield "the old run is lost, and there is no new one"
        command = [word for word in scenario.command if word != "--overwrite"]
        plan, old_plan = run / "plan.json", self.start / scenario.run / "plan.json"
        if "--overwrite" in scenario.command and plan.read_bytes() == old_plan.read_bytes():
            # The new run has not begun.
            if {name: value for name, value in digest(folder, scenario.outputs).items() if name in self.old} != self.old:
                yield "the old run has changed before there is a new one"
            command = scenario.command
        elif not plan.exists() or not done:
            command = scenario.command + (["--overwrite"] if run.exists() and "--resume" not in command else [])
        elif "--resume" not in command:
            command = command + ["--resume"]
        again, words, *_ = self.bench.run(command, folder)
        if again != 0 and "--overwrite" in scenario.command:
            # What goes on may be the run that was to be replaced, which has other options.
            again, words, *_ = self.bench.run(scenario.command, folder)
        if again != 0:
            yield f"cannot go on: {last_line(words)}"
            return
        after = digest(folder, scenario.outputs)
        # Of the last checkpoint: one before it may have failed, and others be kept for it. A checkpoint that is saved at
        # the second go knows of a validation after the first, so progress may be another.
        last = max(int(name[-8:]) for name in self.new if "/DONE_" in name)
        other = [name for name in self.new if f"_{last:08}" in name and "progress" not in name
                 and after.get(name) != self.new[name]]
        if other:
            yield "gone on with it is another run: " + ", ".join(other)
        steps = {name[-8:] for name in after if "/DONE_" in name}
        stray = [name for name in after for step in re.findall(r"/(?:model|state|adapters|progress)_(\d{8})", name)
                 if step not in steps]
        if stray:
            yield "never removed: " + ", ".join(stray)


def last_line(words):
    lines = [line for line in words.strip().splitlines() if line.strip()]
    fatal = [line for line in lines if "Fatal error" in line]
    return (fatal or lines or ["not a word"])[-1][:300]


def places(count, short):
    """Which calls fail: all of them, but of many alike the first, the last and some between; in short four."""
    most = 4 if short else 48
    if count <= most:
        return range(1, count + 1)
    if short:
        return sorted({1, 1 + count // 3, 1 + 2 * count // 3, count})
    return [*range(1, 17), *range(17, count - 15, max(1, (count - 32) // 16)), *range(count - 15, count + 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gpt2")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", action="append", default=[], help="only scenarios with this in their names")
    parser.add_argument("--family", action="append", default=[], choices=FAMILIES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if sys.platform != "linux":
        print("faults: SKIPPED: calls are made to fail by LD_PRELOAD and /proc, on Linux alone")
        return

    folder = tempfile.mkdtemp(prefix="faults-library-")
    library = os.path.join(folder, "faults.so")
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                    str(HERE / "faults.c"), "-o", library], check=True)
    bench = Bench(os.path.abspath(options.gpt2), library)
    began, total, failures = time.monotonic(), collections.Counter(), 0
    try:
        for scenario in SCENARIOS:
            if options.only and not any(word in scenario.name for word in options.only):
                continue
            if options.short and not options.only and scenario.name not in SHORT:
                continue
            judge = Judge(bench, scenario)
            work = [(family, at, way) for family in options.family or FAMILIES
                    for way in (WAYS[family][:2] if options.short else WAYS[family])
                    for at in places(judge.calls[family], options.short)]
            counts, failed, alike = collections.Counter(), 0, collections.defaultdict(list)
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                for (family, at, way), found in zip(work, pool.map(lambda call: judge.problems(*call), work)):
                    if found is None:
                        continue
                    counts[family] += 1
                    for words in found:
                        # One line for all that differ in what the system made up.
                        alike[family, re.sub(r"\.partial-\w+|tmp\w{8}", "…", words)].append(f"{at} {way}")
                    failed += bool(found)
            for (family, words), calls in alike.items():
                shown = ", ".join(calls[:8]) + (f" and {len(calls) - 8} more" if len(calls) > 8 else "")
                print(f"faults: FAILED: {scenario.name}: {family} {shown}: {words}", flush=True)
            total += counts
            failures += failed
            shown = ", ".join(f"{family} {counts[family]}" for family in FAMILIES if counts[family])
            print(f"faults: {scenario.name}: {sum(counts.values())} failures injected, {failed} of them not as they "
                  f"should be: {shown}", flush=True)
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"faults: {sum(total.values()):,} failures injected in {time.monotonic() - began:.0f} s, {failures} of them "
          "not as they should be")
    sys.exit(1 if failures else 0)


main()
