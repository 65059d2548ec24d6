"""Measures generation with GPT-2 124M by this project and by llama.cpp, and prints them side by side.

One random or given model is converted to GGUF in every format; both read the same files, in turns, several rounds.
`--torch-python` adds PyTorch's pass over the prompt. The exit code is 1 if the two take different tokens greedily.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FORMATS = ["fp32", "fp16", "bf16", "q8_0", "q4_0"]
TEXT = "Once upon a time"


def records(command: list[str], environment: dict[str, str] | None = None) -> list[dict]:
    """The JSON lines that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        sys.exit(f"generation: {' '.join(command[:3])} … failed:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def read_once(file: str) -> None:
    """So that each finds the file in the page cache, whatever the runs before it have pushed out."""
    with open(file, "rb") as stream:
        while stream.read(1 << 24):
            pass


def ours(gpt2: str, gguf: str, name: str, options: argparse.Namespace) -> dict:
    """The three times, and the greedy tokens."""
    bench = [gpt2, "bench", "prefill", "decode", "--weights", name, "--memory", "64", "--json"]
    bench += ["--precision", "fp32" if name == "fp32" else "bf16", "--threads", str(options.threads)]
    bench += ["--prompt-length", str(options.prompt_length), "--generated-tokens", str(options.tokens)]
    sections = {section["kind"]: section["rows"][0] for section in records(bench)[0]["sections"]}
    generate = [gpt2, "generate", "--model", gguf, "--prompt", TEXT, "--temperature", "0", "--ignore-end-of-text"]
    read_once(gguf)
    text, times = records(
        [*generate, "--max-tokens", str(options.tokens), "--threads", str(options.threads), "--json"])
    return {
        "prefill": sections["prefill"]["secondsPerCall"],
        "decode": sections["decoding"]["secondsPerCall"],
        "first_token": times["times"]["timeToFirstToken"],
        "greedy": [token["id"] for token in text["tokens"]],
    }


def llama(python: str, gguf: str, options: argparse.Namespace) -> dict:
    command = [python, str(HERE / "llamacpp.py"), gguf, "--threads", str(options.threads), "--text", TEXT]
    command += ["--prompt-length", str(options.prompt_length), "--generated-tokens", str(options.tokens)]
    read_once(gguf)
    return records(command)[-1]


def torch_prefill(options: argparse.Namespace, precision: str) -> float:
    """Seconds of PyTorch's forward pass over the prompt, malloc tuned as compare.py tunes it."""
    sys.path.insert(0, str(HERE))
    from compare import KEEP_FREED_MEMORY, WARM_UP_STEPS

    command = [options.torch_python, str(HERE / "pytorch.py"), "--mode", "prefill", "--precision", precision]
    command += ["--batch-size", "1", "--sequence-length", str(options.prompt_length), "--steps", "7"]
    command += ["--threads", str(options.threads)]
    return statistics.median(records(command, KEEP_FREED_MEMORY)[-1]["steps_ms"][WARM_UP_STEPS:]) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", metavar="GPT2", help="the gpt2 command: .build/release/gpt2")
    parser.add_argument("--model", required=True, help="a checkpoint of 124M; a random one will do")
    parser.add_argument("--tokenizer", default="data/gpt2_tokenizer.bin")
    parser.add_argument("--python", default=sys.executable, help="a Python with llama_cpp; this one if not given")
    parser.add_argument("--torch-python", help="a Python with torch: adds its pass over the prompt")
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--prompt-length", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=48, help="to decode")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the medians as JSON instead of a table")
    options = parser.parse_args()

    formats = options.formats.split(",")
    results = {name: {"ours": [], "llama": []} for name in formats}
    torch = {"fp32": [], "bf16": []}
    with tempfile.TemporaryDirectory() as folder:
        for name in formats:
            command = [options.gpt2, "convert", options.model, f"{folder}/{name}.gguf", "--format", name]
            subprocess.run([*command, "--tokenizer", options.tokenizer], check=True, stdout=subprocess.DEVNULL)
        for round_number in range(options.rounds):
            for name in formats:
                gguf = f"{folder}/{name}.gguf"
                results[name]["ours"].append(ours(options.gpt2, gguf, name, options))
                results[name]["llama"].append(llama(options.python, gguf, options))
                print(f"generation: round {round_number + 1}: {name}", file=sys.stderr)
            if options.torch_python:
                for precision, times in torch.items():
                    times.append(torch_prefill(options, precision))
    same = report(results, torch, options) if not options.json else report_json(results, torch, options)
    sys.exit(0 if same else 1)


def is_same(name: str, both: dict) -> bool:
    # Weights in blocks meet activations rounded to blocks, by each program in its own way.
    return name.startswith("q") or all(a == b for a, b in zip(both["ours"][0]["greedy"], both["llama"][0]["greedy"]))


def report_json(results: dict, torch: dict, options: argparse.Namespace) -> bool:
    """Seconds: of a token, of the prompt, and to the first token."""
    def medians(runs: list[dict]) -> dict:
        return {what: statistics.median(run[what] for run in runs) for what in ("decode", "prefill", "first_token")}

    print(json.dumps({
        "llama_version": next(iter(results.values()))["llama"][0]["version"], "threads": options.threads,
        "prompt_length": options.prompt_length, "tokens": options.tokens, "rounds": options.rounds,
        "formats": {name: {who: medians(runs) for who, runs in both.items()} for name, both in results.items()},
        "torch": {precision: statistics.median(times) for precision, times in torch.items() if times},
    }))
    return all(is_same(name, both) for name, both in results.items())


def report(results: dict, torch: dict, options: argparse.Namespace) -> bool:
    version = next(iter(results.values()))["llama"][0]["version"]
    print(f"llama-cpp-python {version}; {options.threads} threads; medians of {options.rounds} rounds")
    print(f"prompt of {options.prompt_length} tokens; {options.tokens} tokens decoded after it; tokens/s\n")
    print("          decode                 prefill                first token, ms        greedily")
    print("weights   ours  theirs  ratio    ours  theirs  ratio    ours  theirs  ratio    the same")
    all_same = True
    for name, both in results.items():
        def median(who: str, what: str) -> float:
            return statistics.median(result[what] for result in both[who])

        columns = []
        for what, count in [("decode", 1), ("prefill", options.prompt_length)]:
            mine, theirs = count / median("ours", what), count / median("llama", what)
            columns.append(f"{mine:6.0f}  {theirs:6.0f}  {mine / theirs:5.2f}")
        mine, theirs = (median(who, "first_token") * 1000 for who in ("ours", "llama"))
        columns.append(f"{mine:6.0f}  {theirs:6.0f}  {mine / theirs:5.2f}")
        pairs = list(zip(both["ours"][0]["greedy"], both["llama"][0]["greedy"]))
        agreeing = next((index for index, (a, b) in enumerate(pairs) if a != b), len(pairs))
        all_same = all_same and is_same(name, both)
        print(f"{name:8}{'  '.join(columns)}    {agreeing} of {len(pairs)}")
    for precision, times in torch.items():
        if times:
            print(f"PyTorch, {precision}, malloc tuned: prefill {options.prompt_length / statistics.median(times):.0f}")
    return all_same


if __name__ == "__main__":
    main()
