"""Tries every option of every command with extremes, each time in a fresh folder, within limits of time and memory.

Usage: options.py [--command WORD]... [--quick] [--jobs N] [--seconds N] [--memory GIB] PROGRAM...

PROGRAM is gpt2, gpt2-serve or ladder; the options are those that --experimental-dump-help lists, so that a new one is
tried without a change here. Each command has one or more starts, short and small, that work; each option is added to
each of them with each extreme. What must hold:

  - the exit code is 0, 1 or 2: never a signal, a trap or an abort;
  - a code other than 0 comes with words on standard error;
  - nothing half-written is left behind, and no file that was there has changed;
  - what still runs when its time is up ends at SIGTERM.

--quick takes each command's first start and a third of the extremes. Prints each failure with a command to repeat it
(from a folder as --keep leaves one), then the counts. Exit code 1 if there was a failure.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import resource
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

sys.setrecursionlimit(20_000)  # Folders may be made as deep as a path can be.
ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests" / "Fixtures"
GOOD_CODES = (0, 1, 2)
INTERRUPTED = (130, 143)

NUMBERS = ["0", "-1", "1", "3", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
           "9223372036854775808", "-9223372036854775808", "18446744073709551616", "4611686018427387904", "1e308",
           "-1e308", "1e-320", "1e39", "nan", "inf", "-inf", "0.5", "0x10", " 1"]
TEXTS = ["", "x", "x" * 100_000, b"\xff\xfe\x80", "é\u0301\u202e", "\x1b[2J\n\t", "-", "--", "*", "[", "a=b", "=",
         "1=inf", "x=" + "9" * 400, "1x1x1", "9223372036854775807x1x1", "0:0", "1:9223372036854775807", "0,0,0",
         ",", "%s%n", "{}", "[" * 50_000, "٣"]
# Links in the folder of the try, so that what is named after a device ("full_train.bin") stays in it.
PATHS = ["folder", "folder/", "missing", "missing/x", "zero", "full", "null", "empty", "text.txt", "noise.bin", "gone",
         "text.txt/x", ".", "..", "n" * 255, "n" * 240, "p/" * 200 + "p", "p/" * 2100 + "p", "loop"]
ENVIRONMENT = ["GPT2_KERNELS", "GPT2_MODELS", "HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HOME",
               "XDG_CACHE_HOME", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "NO_COLOR", "TERM",
               "COLUMNS", "TMPDIR", "OPENBLAS_NUM_THREADS", "LC_ALL"]
# Nobody answers there: no try may reach a server.
NO_NETWORK = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "HF_ENDPOINT": "http://127.0.0.1:9"}

SMALL_RUN = ("--model 1x2x16 --positions 256 -b 2 -t 16 -d 32 --steps 2 --data text_train.bin --validation text_val.bin "
             "--tokenizer byte.bin --output new --threads 1 -n 1 -m 1 -g 4")
BENCH = "--model 1x2x16 --quick --memory 1 --repetitions 1 -b 1 -t 8 --positions 16 --vocabulary-size 100 --threads 1"
# The starts of each command: those options are given another value where they are tried.
STARTS = {
    "gpt2 finetune": ["text.txt --model run/model_00000002.bin --tokenizer byte.bin --output new --steps 2 --threads 1"],
    "gpt2 train": [
        SMALL_RUN,
        "--model run/model_00000002.bin -b 2 -t 16 --steps 2 --data text_train.bin --tokenizer byte.bin --output new "
        "--threads 1 --lora-rank 2",
        "--model run/model_00000002.bin -b 2 -t 128 --steps 2 --instructions ask.jsonl --tokenizer byte.bin "
        "--output new --threads 1 --hold-out 0.2",
        "--resume run --steps 3 --threads 1",
        SMALL_RUN + " --optimizer normuon --replicas 1 --local-steps 1",
    ],
    "gpt2 generate": [
        "--model run --max-tokens 4 --threads 1 --prompt a",
        "--model run --max-tokens 4 --threads 1 --prompt-file text.txt --keep-last --json",
        "--model run --max-tokens 4 --threads 1 --interactive",
        "--model run --max-tokens 4 --threads 1 --prompt-tokens 1,2 --draft ngram --temperature 0",
    ],
    "gpt2 inspect": ["--model run --threads 1 --prompt ab", "--model run --threads 1 --prompt ab --lens --json"],
    "gpt2 tokenize": [
        "text.txt --tokenizer byte.bin --output new --threads 1",
        "folder --tokenizer byte.bin --output new --threads 1 --extension txt --shard-tokens 1000",
        "ask.jsonl --documents jsonl --field output --tokenizer byte.bin --output new --threads 1",
        "--byte-level new.bin",
        "noise.bin --from-tokens uint16 --output new --threads 1",
    ],
    "gpt2 tokenizer train": [
        "text.txt --vocabulary-size 270 --output new.bin --threads 1",
        "folder --extension txt --vocabulary-size 258 --special-token <|a|> --output new/ --threads 1 --json",
    ],
    "gpt2 convert": ["run/model_00000002.bin new.gguf --tokenizer byte.bin",
                     "run/model_00000002.bin new/ --tokenizer byte.bin"],
    "gpt2 evaluate": ["--model run --data text_val.bin --threads 1 --max-tokens 100",
                      "--model run --lambada words.jsonl --threads 1 --max-examples 2",
                      "--model run --instructions ask.jsonl --threads 1 --max-examples 2"],
    "gpt2 verify": ["--model tiny.bin --state tiny_debug_state.bin --threads 1"],
    "gpt2 report": ["run --output new.html", "run --json"],
    "gpt2 bench": ["decode prefill --prompt-length 8 --generated-tokens 1 " + BENCH,
                   "cluster --machines 2 --speed 100 " + BENCH],
    "gpt2 fetch": ["gpt2 --from file:///nowhere --output new", ""],
    "gpt2 serve": [""],
    "ladder circuits": ["--points 2 --output new"],
    "ladder symmetry": ["--seeds 3 --limit 3000 --output new"],
    "ladder micrograd": ["--steps 2 --output new"],
    "ladder ngram": ["--data names --n 2 --smoothing 0.1 --output new"],
    "ladder bpe": ["--string ababab --merges 2 --output new", "--text text.txt --merges 3"],
    "ladder mlp": ["--data names --steps 2 --batch-size 4 --embedding-size 4 --hidden-size 8 --output new --threads 1"],
    "ladder em": ["--points 20 --starts 1 --iterations 2 --output new", "--data points.txt"],
    "ladder mnist": ["--data digits --hidden 4 --epochs 1 --batch-size 2 --output new --threads 1"],
    "ladder convnet": ["--data digits --kernel 1 --first-maps 2 --second-maps 2 --hidden 4 --epochs 1 --batch-size 2 --output new"
                       " --threads 1"],
    "ladder attention": ["--steps 2 --texts 4 --output new"],
    "ladder nanogpt": ["--text text.txt --model 1x1x16 -t 8 -b 2 --steps 2 --output new --threads 1"],
    "ladder scaling": ["--resamples 20 --output new",
                       "--runs runs.txt --vocabulary-size 256 --hold-out d4,d5 --target d6 --resamples 20 --json"],
    "ladder index": ["--output lessons"],
    "gpt2-serve": ["--model run --port 0 --threads 1"],
}


class Folder:
    """What each try begins with: a tokenizer, tokens, a run, and everything that could be named by mistake."""

    def __init__(self, gpt2):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="options-"))
        self.path.joinpath("text.txt").write_bytes((ROOT / "README.md").read_bytes()[:20_000])
        for words in (["tokenize", "text.txt", "--byte-level", "byte.bin", "--output", "text"],
                      ["train"] + SMALL_RUN.replace("--output new", "--output run").split()):
            subprocess.run([gpt2, *words], cwd=self.path, check=True, capture_output=True)
        for name, source in [("ask.jsonl", "instructions/instructions.jsonl"), ("words.jsonl", "last_words.jsonl"),
                             ("tiny.bin", "tiny.bin"), ("tiny_debug_state.bin", "tiny_debug_state.bin"),
                             ("tiny_losses_llmc.txt", "tiny_losses_llmc.txt"),
                             ("tiny_losses_strict.txt", "tiny_losses_strict.txt")]:
            shutil.copy(FIXTURES / source, self.path / name)
        shutil.copytree(FIXTURES / "lessons" / "names", self.path / "names")
        self.path.joinpath("points.txt").write_text("".join(f"{i % 5} {i * i % 7}\n" for i in range(20)))
        digits = self.path / "digits"
        digits.mkdir()
        for part in ("train", "t10k"):
            digits.joinpath(f"{part}-images-idx3-ubyte").write_bytes(
                struct.pack(">4i", 0x803, 4, 4, 4) + bytes(range(64)))
            digits.joinpath(f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, 4) + bytes([0, 1, 2, 9]))
        self.path.joinpath("runs.txt").write_text("".join(
            f"d{depth} {10 ** power} {9 - 0.3 * depth - 0.9 * power:.1f}\n" for depth in range(1, 6) for power in (3, 4, 5)))
        self.path.joinpath("lessons").mkdir()
        self.path.joinpath("folder").mkdir()
        shutil.copy(self.path / "text.txt", self.path / "folder" / "inner.txt")
        self.path.joinpath("empty").touch()
        self.path.joinpath("noise.bin").write_bytes(bytes(i * i % 251 for i in range(4096)))
        for name, target in [("zero", "/dev/zero"), ("full", "/dev/full"), ("null", "/dev/null"), ("gone", "nowhere"),
                             ("loop", "loop")]:
            self.path.joinpath(name).symlink_to(target)

    def copy(self):
        parent = pathlib.Path(tempfile.mkdtemp(prefix="option-"))
        shutil.copytree(self.path, parent / "try", symlinks=True)
        return parent / "try"


def state(folder):
    """Of every file what changes when it does."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            status = os.lstat(path)
            found[os.path.relpath(path, folder)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


class Option:
    def __init__(self, argument):
        names = sorted(argument.get("names", []), key=lambda name: -len(name["name"]))
        self.kind = argument["kind"]
        self.spellings = [("--" if name["kind"] == "long" else "-") + name["name"] for name in names]
        self.shown = self.spellings[0] if names else "<" + argument.get("valueName", "argument") + ">"
        self.values = argument.get("allValues") or argument.get("allValueStrings")


def commands(program, name):
    """Each command's words and its options, as the argument parser tells them."""
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True).stdout)

    def walk(command, words):
        inner = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
        if not inner:
            yield words, [Option(argument) for argument in command.get("arguments", [])]
        for sub in inner:
            yield from walk(sub, words + [sub["commandName"]])

    return list(walk(dump["command"], [name]))


def extremes(option, quick):
    if option.kind == "flag":
        return [None]
    if option.values:
        return option.values + TEXTS[:4]
    values = NUMBERS + TEXTS + PATHS
    return values[::3] + ["", "9223372036854775807"] if quick else values


def arguments(start, option, value):
    """The start with the option set, in place of what it had there."""
    if option is None:
        return start
    if option.kind == "flag":
        return start + [option.spellings[0]]
    if option.kind == "positional":
        # Before the first option if there is one in the start, and in its place.
        rest = start[1:] if start and not start[0].startswith("-") else start
        return [value] + rest
    rest, index = [], 0
    while index < len(start):
        if start[index] in option.spellings:
            index += 2
        else:
            rest.append(start[index])
            index += 1
    # As one word where it begins with a dash and would be taken for an option.
    spelling = option.spellings[0]
    if spelling.startswith("--") and isinstance(value, str) and value.startswith("-"):
        return rest + [spelling + "=" + value]
    return rest + [spelling, value]


class Try:
    def __init__(self, program, words, start, option, value, environment=None):
        self.program, self.words, self.option, self.value = program, words, option, value
        self.arguments = words[1:] + arguments(start, option, value)
        self.environment = environment or {}
        self.may_change = ("--resume" in start or "--overwrite" in self.arguments
                           or option is not None and option.shown == "--resume")

    @property
    def serves(self):
        return self.words[0] == "gpt2-serve" or self.words[-1] == "serve"

    @property
    def line(self):
        def shown(word):
            if isinstance(word, bytes):
                return repr(word)
            return f"{word[:20]!r}*{len(word)}" if len(word) > 300 else shlex.quote(word)
        variables = [f"{name}={shown(value)}" for name, value in self.environment.items()]
        return " ".join(variables + [self.words[0]] + [shown(word) for word in self.arguments])

    def run(self, folder, seconds):
        """The outcome: an exit code, "time limit", or a failure's words."""
        place = folder.copy()
        try:
            before = state(place)
            outcome = self.outcome(place, seconds)
            if isinstance(outcome, str) and outcome != "time limit":
                return outcome
            after = state(place)
            left = [name for name in after if ".partial-" in name]
            if left and outcome != "time limit":
                return "left behind " + ", ".join(left)
            changed = [name for name in before if name in after and after[name] != before[name]]
            gone = [name for name in before if name not in after]
            if (changed or gone) and not self.may_change:
                return "changed or removed " + ", ".join(changed + gone)
            return outcome
        finally:
            shutil.rmtree(place.parent, ignore_errors=True)

    def outcome(self, place, seconds):
        variables = dict(os.environ, HOME=str(place), GPT2_MODELS=str(place / "models"), SWIFT_BACKTRACE="enable=no",
                         **NO_NETWORK)
        variables = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
        variables.update({os.fsencode(name): os.fsencode(value) for name, value in self.environment.items()})
        if self.serves:
            # One that works goes on; whether it starts shows soon.
            seconds = min(seconds, 1.5)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = subprocess.Popen([self.program, *self.arguments], cwd=place, env=variables,
                                           stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            except (OSError, ValueError) as error:
                return f"not started: {error}"
            try:
                code = process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGTERM)
                try:
                    code = process.wait(timeout=max(20, seconds))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    return "did not end at SIGTERM"
                if code in GOOD_CODES or code in INTERRUPTED or code == -signal.SIGTERM:
                    return "time limit"
            err.seek(0)
            words = err.read()
            if code < 0:
                return f"signal {signal.Signals(-code).name}: {last_line(words)}"
            if code not in GOOD_CODES:
                return f"exit code {code}: {last_line(words)}"
            if code != 0 and not words.strip():
                return f"exit code {code} without a word"
            return code


def last_line(words):
    lines = words.decode(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "Fatal error" in line or "error:" in line]
    return (fatal or lines or [""])[-1][:300]


def tries(programs, asked, quick):
    for program, name in programs:
        for words, options in commands(program, name):
            full = " ".join(words)
            if asked and not any(word in words for word in asked):
                continue
            starts = [start.split() for start in STARTS.get(full, [""])]
            for index, start in enumerate(starts[:1] if quick else starts):
                yield Try(program, words, start, None, None)
                for option in options:
                    for value in extremes(option, quick):
                        yield Try(program, words, start, option, value)
                if index == 0 and full not in ("gpt2 serve", "gpt2-serve"):
                    for variable in ENVIRONMENT:
                        for value in ["", "x", "9223372036854775807", "-1", "x" * 100_000, b"\xff", "/dev/zero"]:
                            yield Try(program, words, start, None, None, {variable: value})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--command", action="append", default=[], help="only commands with this word")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--memory", type=float, default=8, help="GiB of address space")
    parser.add_argument("--keep", help="leave a folder as each try begins with, here")
    options = parser.parse_args()

    programs = [(os.path.abspath(program), os.path.basename(program)) for program in options.programs]
    gpt2 = next((path for path, name in programs if name == "gpt2"), None)
    gpt2 = gpt2 or os.path.join(os.path.dirname(programs[0][0]), "gpt2")
    folder = Folder(gpt2)
    if options.keep:
        shutil.copytree(folder.path, options.keep, symlinks=True)
    memory = int(options.memory * 2**30)
    for limit, value in [(resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 2**28)]:
        resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))

    counts, failures, tried = collections.Counter(), 0, set()
    # The counts of what was tried are printed even if it is ended by hand.
    ended = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.append(True))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = tries(programs, options.command, options.quick)
        pending = {}
        while not ended:
            while len(pending) < 2 * options.jobs and (attempt := next(work, None)) is not None:
                pending[pool.submit(attempt.run, folder, options.seconds)] = attempt
            if not pending:
                break
            done, _ = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                attempt, outcome = pending.pop(future), future.result()
                tried.add((*attempt.words, attempt.option.shown if attempt.option else "", *attempt.environment))
                good = outcome == "time limit" or outcome in GOOD_CODES
                # Starts that do not work would try nothing.
                if attempt.option is None and not attempt.environment and outcome not in (0, "time limit") \
                        and attempt.words[-1] not in ("fetch", "serve"):
                    good, outcome = False, f"the start itself ends with {outcome}"
                counts[f"exit code {outcome}" if outcome in GOOD_CODES else outcome if good else "FAILED"] += 1
                if outcome == "time limit" and not attempt.serves:
                    print(f"options: still ran after {options.seconds:.0f} s: {attempt.line}", flush=True)
                if not good:
                    failures += 1
                    print(f"options: FAILED: {outcome}\n    {attempt.line}", flush=True)
    shutil.rmtree(folder.path, ignore_errors=True)
    total = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
    print(f"options: {sum(counts.values()):,} tries of {len(tried)} options and variables: {total}")
    sys.exit(1 if failures else 0)


main()
