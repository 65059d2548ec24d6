"""Measures plain decoding and drafted decoding of one model, in turns, and prints them side by side.

    python dev/peers/drafts.py .build/release/gpt2 --model MODEL --text TEXT.txt

Prompts are stretches of the text. The model should be trained: what a draft is worth depends on how sure it is. With
`--llama PYTHON`, a Python with llama_cpp, llama.cpp decodes from the same weights, plainly and in the same turns. The exit
code is 1 if a text with a draft is not the same as without, log-probabilities included.
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
SAMPLINGS = {"greedy": ["--temperature", "0"], "top-k 40": ["--temperature", "0.8", "--top-k", "40"],
             "top-p 0.95": ["--top-p", "0.95"]}


def records(command: list[str]) -> list[dict]:
    """The JSON lines that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"drafts: {' '.join(command[:3])} … failed:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def prompts(path: str, count: int, length: int) -> list[str]:
    """Stretches of whole words, spread evenly."""
    text = Path(path).read_text(encoding="utf-8")
    starts = [text.index(" ", len(text) * place // count) + 1 for place in range(count)]
    return [text[start:start + length].rsplit(" ", 1)[0] for start in starts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gpt2", metavar="GPT2", help="the gpt2 command: .build/release/gpt2")
    parser.add_argument("--model", required=True, help="a trained checkpoint of 124M")
    parser.add_argument("--text", required=True, help="a text to take prompts from")
    parser.add_argument("--tokenizer", default="data/gpt2_tokenizer.bin")
    parser.add_argument("--formats", default="fp32,bf16,fp16")
    parser.add_argument("--drafts", default="q4_0,ngram")
    parser.add_argument("--samplings", default=",".join(SAMPLINGS))
    parser.add_argument("--tokens", type=int, default=128, help="to decode")
    parser.add_argument("--prompts", type=int, default=3)
    parser.add_argument("--prompt-length", type=int, default=300, help="in characters")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--llama", metavar="PYTHON", help="a Python with llama_cpp")
    options = parser.parse_args()

    drafts = ["plain", *options.drafts.split(",")]
    texts = prompts(options.text, options.prompts, options.prompt_length)
    same = True
    with tempfile.TemporaryDirectory() as folder:
        print("tokens/s while decoding (drafted tokens accepted, tokens a pass)\n")
        for name in options.formats.split(","):
            model = f"{folder}/{name}.gguf"
            convert = [options.gpt2, "convert", options.model, model, "--format", name]
            subprocess.run([*convert, "--tokenizer", options.tokenizer], check=True, stdout=subprocess.DEVNULL)
            for sampling in options.samplings.split(","):
                same &= measure(name, model, sampling, drafts, texts, options)
    sys.exit(0 if same else 1)


def measure(name: str, model: str, sampling: str, drafts: list[str], texts: list[str], options) -> bool:
    """One line of the table."""
    rates: dict[str, list[float]] = {draft: [] for draft in drafts}
    counts = {draft: [0, 0, 0, 0] for draft in drafts}
    llama: list[float] = []
    same = True
    for _ in range(options.rounds):
        for prompt in texts:
            expected = None
            for draft in drafts:
                command = [options.gpt2, "generate", "--model", model, "--prompt", prompt, "--json",
                           "--max-tokens", str(options.tokens), "--threads", str(options.threads),
                           "--ignore-end-of-text", *SAMPLINGS[sampling]]
                text, times = records(command + ([] if draft == "plain" else ["--draft", draft]))
                times = times["times"]
                rates[draft].append(times["decodedTokens"] / times["decode"])
                found = times.get("draft", {})
                for place, key in enumerate(["accepted", "proposed", "tokens", "passes"]):
                    counts[draft][place] += found.get(key, 0)
                expected = expected or text
                same &= text == expected
        if options.llama and sampling == "greedy":
            command = [options.llama, str(HERE / "llamacpp.py"), model, "--threads", str(options.threads)]
            command += ["--text", texts[0], "--prompt-length", "64", "--generated-tokens", str(options.tokens)]
            llama.append(1 / records(command)[-1]["decode"])
    line = f"{name:5} {sampling:11}"
    plain = statistics.median(rates["plain"])
    for draft in drafts:
        rate = statistics.median(rates[draft])
        line += f"  {draft} {rate:.0f}"
        if draft != "plain":
            accepted, proposed, tokens, passes = counts[draft]
            line += f" = {rate / plain:.2f} x ({accepted / max(1, proposed):.0%}, {tokens / max(1, passes):.2f})"
    if llama:
        rate = statistics.median(llama)
        line += f"  llama.cpp {rate:.0f}"
    print(line + ("" if same else "  NOT THE SAME TEXT"), flush=True)
    return same


if __name__ == "__main__":
    main()
