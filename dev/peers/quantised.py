"""Opens a GPT-2 in every type of llama.cpp's quantiser, by this project and by llama.cpp, and prints them side by side.

    python quantised.py .build/release/gpt2 --model model.gguf --data validation.bin

From the model, a GGUF file in F32, llama.cpp's own quantiser makes the others. Of each: the tokens that both take greedily
after a text, and where they part, by what margin llama.cpp preferred its own; the perplexity on the first tokens of a token
file; tokens decoded in a second, in turns. A type that one does not make or open is shown with what it says. The exit code
is 1 if there is one, or if perplexities differ by more than one in a hundred.

Types of few bits are only made with an importance matrix; here it says that all weights are as important.
"""

import argparse
import json
import math
import os
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

# llama.cpp's numbers (enum llama_ftype).
TYPES = {
    "F16": 1, "BF16": 32, "Q8_0": 7, "Q4_0": 2, "Q4_1": 3, "Q5_0": 8, "Q5_1": 9, "Q2_K": 10, "Q3_K_S": 11, "Q3_K_M": 12,
    "Q3_K_L": 13, "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_S": 16, "Q5_K_M": 17, "Q6_K": 18, "IQ4_NL": 25, "IQ4_XS": 30,
    "Q2_K_S": 21, "IQ3_XXS": 23, "IQ3_XS": 22, "IQ3_S": 26, "IQ3_M": 27, "IQ2_XXS": 19, "IQ2_XS": 20, "IQ2_S": 28,
    "IQ2_M": 29, "IQ1_S": 24, "IQ1_M": 31, "TQ1_0": 36, "TQ2_0": 37, "Q1_0": 40, "Q2_0": 41, "MXFP4": 7, "NVFP4": 7,
}
# What is only made tensor by tensor (enum ggml_type): the layers' matrices get it.
LAYERS = {"MXFP4": 39, "NVFP4": 40}
TEXT = "Once upon a time"


def quantise(model: str, target: Path, name: str) -> str | None:
    """Makes a file in a process of its own, which llama.cpp may end; returns what is wrong."""
    if target.exists():
        return None
    part = target.with_suffix(".part")
    done = subprocess.run(
        [sys.executable, __file__, "quantise", "--model", model, "--folder", str(part), "--types", name],
        capture_output=True, text=True)
    if done.returncode != 0:
        part.unlink(missing_ok=True)
        lines = [line for line in done.stderr.splitlines() if "importance matrix" in line or "failed" in line]
        return "not made: " + (lines[-1].strip() if lines else f"exit code {done.returncode}")
    part.rename(target)
    return None


def quantise_worker(model: str, target: str, name: str) -> None:
    import ctypes

    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = TYPES[name]
    if name in LAYERS:
        kind = llama_cpp.llama_model_tensor_override
        layers = (kind * 2)(kind(b"(attn|ffn).*weight", LAYERS[name]))
        parameters.tt_overrides = ctypes.cast(layers, ctypes.POINTER(kind))
    if name[:3] in ["IQ1", "IQ2", "IQ3"] or name == "Q2_K_S":
        from gguf import GGUFReader

        kind = llama_cpp.llama_model_imatrix_data
        matrices = [tensor for tensor in GGUFReader(model).tensors if len(tensor.shape) == 2]
        importance = (kind * (len(matrices) + 1))()
        for entry, tensor in zip(importance, matrices):
            entry.name, entry.size = tensor.name.encode(), int(tensor.shape[0])
            entry.data = (ctypes.c_float * entry.size)(*[1.0] * entry.size)
        parameters.imatrix = ctypes.cast(importance, ctypes.POINTER(kind))
    sys.exit(llama_cpp.llama_model_quantize(model.encode(), target.encode(), ctypes.byref(parameters)))


def first_tokens(source: str, count: int) -> list[int]:
    """The first tokens of a token file of llm.c's."""
    tokens = Path(source).read_bytes()[1024 : 1024 + 2 * count]
    return list(struct.unpack(f"<{len(tokens) // 2}H", tokens))


def write_tokens(tokens: list[int], target: Path) -> None:
    header = struct.pack("<3i", 20240520, 1, len(tokens))
    target.write_bytes(header + bytes(1024 - len(header)) + struct.pack(f"<{len(tokens)}H", *tokens))


def llama_worker(options: argparse.Namespace) -> None:
    """What llama.cpp makes of one file: prints a line of JSON."""
    import llama_cpp
    import numpy as np

    def load(logits: bool) -> llama_cpp.Llama:
        return llama_cpp.Llama(
            options.model, n_ctx=1024, n_batch=512, n_ubatch=512, n_threads=options.threads,
            n_threads_batch=options.threads, verbose=False, logits_all=logits,
        )

    model = load(True)
    text = model.tokenize(TEXT.encode(), add_bos=False)
    model.eval(text)
    greedy, rows = [], []
    for _ in range(options.tokens):
        rows.append(np.array(model.scores[model.n_tokens - 1], dtype=np.float32))
        greedy.append(int(rows[-1].argmax()))
        model.eval(greedy[-1:])
    margin = None
    if options.compare:
        compared = json.loads(options.compare)
        place = next((i for i, (a, b) in enumerate(zip(greedy, compared)) if a != b), None)
        if place is not None:
            margin = float(rows[place][greedy[place]] - rows[place][compared[place]])
    losses = []
    tokens = first_tokens(options.data, options.data_tokens)
    for start in range(0, len(tokens) - options.window, options.window):
        model.reset()
        model.eval(tokens[start : start + options.window])
        logits = np.array(model.scores[: options.window], dtype=np.float64)
        most = logits.max(axis=1, keepdims=True)
        sums = np.log(np.exp(logits - most).sum(axis=1)) + most[:, 0]
        targets = tokens[start + 1 : start + options.window + 1]
        losses += list(sums - logits[np.arange(options.window), targets])
    del model
    model = load(False)
    model.eval(text)
    times = []
    for index in range(options.decoded):
        begin = time.perf_counter()
        model.eval([index * 31])
        times.append(time.perf_counter() - begin)
    print(json.dumps({
        "version": llama_cpp.__version__, "greedy": greedy, "margin": margin,
        "perplexity": math.exp(sum(losses) / len(losses)), "decode": len(times) / sum(times),
    }))


def records(command: list[str]) -> list[dict]:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def ours(options: argparse.Namespace, file: str, tokens: str) -> dict:
    threads = ["--threads", str(options.threads)]
    command = [options.gpt2, "generate", "--model", file, "--prompt", TEXT, "--temperature", "0", "--json", *threads]
    command += ["--ignore-end-of-text", "--max-tokens"]
    text = records([*command, str(options.tokens)])[0]
    times = records([*command, str(options.decoded + 1)])[1]["times"]
    scores = records(
        [options.gpt2, "evaluate", "--model", file, "--data", tokens, "-t", str(options.window), "--json", *threads])[0]
    return {
        "greedy": [token["id"] for token in text["tokens"]], "perplexity": scores["perplexity"],
        "decode": times["decodedTokens"] / times["decode"],
    }


def llama(options: argparse.Namespace, file: str, greedy: list[int]) -> dict:
    command = [sys.executable, __file__, "llama.cpp", "--model", file, "--data", options.data]
    for name in ["threads", "tokens", "data_tokens", "window", "decoded"]:
        command += ["--" + name.replace("_", "-"), str(getattr(options, name))]
    return records([*command, "--compare", json.dumps(greedy)])[-1]


def report(name: str, size: int, mine: list[dict], theirs: list[dict]) -> bool:
    pairs = list(zip(mine[0]["greedy"], theirs[0]["greedy"]))
    same = next((index for index, (a, b) in enumerate(pairs) if a != b), len(pairs))
    words = f"{same} of {len(pairs)}"
    if same < len(pairs):
        words += f", parted by {theirs[0]['margin']:.3f}"
    a, b = mine[0]["perplexity"], theirs[0]["perplexity"]
    fast, other = (statistics.median(run["decode"] for run in runs) for runs in (mine, theirs))
    print(f"{name:8}{size / 1e6:7.1f}{a:11.3f}{b:11.3f}{fast:9.0f}{other:9.0f}{fast / other:7.2f}   {words}", flush=True)
    return abs(a / b - 1) < 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", metavar="GPT2", help="the gpt2 command: .build/release/gpt2")
    parser.add_argument("--model", required=True, help="GGUF in F32, with a tokenizer")
    parser.add_argument("--data", help="token file for the perplexity")
    parser.add_argument("--folder", help="where the quantised files are kept; beside the model if not given")
    parser.add_argument("--types", default=",".join(TYPES))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--tokens", type=int, default=32, help="to take greedily")
    parser.add_argument("--data-tokens", type=int, default=8193)
    parser.add_argument("--window", type=int, default=256, help="tokens that are read together for the perplexity")
    parser.add_argument("--decoded", type=int, default=96, help="tokens whose time is taken")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compare", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.gpt2 == "llama.cpp":
        return llama_worker(options)
    if options.gpt2 == "quantise":
        return quantise_worker(options.model, options.folder, options.types)
    if options.data is None:
        parser.error("--data is needed: a token file for the perplexity")

    folder = Path(options.folder or Path(options.model).parent)
    folder.mkdir(parents=True, exist_ok=True)
    tokens = folder / "quantised.bin"
    write_tokens(first_tokens(options.data, options.data_tokens), tokens)
    print("                 perplexity           decode, tokens/s          greedily the same")
    print("type       MB       ours     theirs     ours   theirs  ratio")
    is_good = True
    for name in options.types.split(","):
        file = folder / f"{name}.gguf"
        trouble = quantise(options.model, file, name)
        if trouble is None:
            try:
                mine = [ours(options, str(file), str(tokens))]
                theirs = [llama(options, str(file), mine[0]["greedy"])]
                for _ in range(options.rounds - 1):
                    mine.append(ours(options, str(file), str(tokens)))
                    theirs.append(llama(options, str(file), mine[0]["greedy"]))
                is_good = report(name, file.stat().st_size, mine, theirs) and is_good
                continue
            except RuntimeError as error:
                trouble = str(error)
        print(f"{name:8}{trouble}", flush=True)
        is_good = False
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
