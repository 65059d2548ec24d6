"""Measures servers of the same model side by side: this project's and that of llama.cpp's Python binding.

So many clients at once each ask for a text of their own, streamed. Printed are the tokens a second of all together, and
the median time to the first token. Servers are started one after the other on the loopback address, each reads the same
GGUF file, with as many threads; several rounds, in turns, of which the medians count.
"""

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = "the king said to his people that no man shall go from this house before the sun has come over hills".split()
END_OF_TEXT = "50256"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def started(command: list[str], port: int, environment: dict[str, str]) -> subprocess.Popen:
    """The server's process, once it answers."""
    server = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"serving: {command[0]} ended with exit code {server.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/v1/models")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    sys.exit(f"serving: {command[0]} does not answer")


def prompt(seed: int) -> str:
    """Thirty-two words that no other client begins with, so that nothing is taken over from another."""
    source = random.Random(seed)
    return " ".join([str(seed), *(source.choice(WORDS) for _ in range(32))])


def stream(port: int, seed: int, tokens: int, times: dict[int, tuple[float, int]]) -> None:
    """Asks for one text; notes when its first token came, and how many there were."""
    body = {
        "prompt": prompt(seed), "max_tokens": tokens, "temperature": 1, "seed": seed,
        "stream": True, "logit_bias": {END_OF_TEXT: -100}, "stream_options": {"include_usage": True},
    }
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"serving: status {response.status}: {response.read()[:300]!r}")
    first, count = None, 0
    for line in response:
        if not line.startswith(b"data: ") or b"[DONE]" in line:
            continue
        event = json.loads(line[6:])
        if event.get("choices"):
            first = first or time.perf_counter() - begin
            count += 1
        if event.get("usage"):
            count = event["usage"]["completion_tokens"]
    times[seed] = (first or 0, count)


def measured(port: int, clients: int, tokens: int, seed: int) -> tuple[float, float]:
    """Tokens a second of all clients, and the median time to the first token."""
    times: dict[int, tuple[float, int]] = {}
    threads = [
        threading.Thread(target=stream, args=(port, seed + client, tokens, times)) for client in range(clients)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    if len(times) < clients:
        sys.exit("serving: a client failed")
    return sum(count for _, count in times.values()) / seconds, statistics.median(first for first, _ in times.values())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", help="a GGUF file with its tokenizer")
    options.add_argument("--server", default=str(HERE.parents[1] / ".build-serve/release/gpt2-serve"))
    options.add_argument("--llama-python", help="a Python that has llama-cpp-python[server]")
    options.add_argument("--clients", default="1,4,16,64")
    options.add_argument("--tokens", type=int, default=128)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    threads = str(given.threads)

    def commands(port: int) -> dict[str, tuple[list[str], dict[str, str]]]:
        all_of_them = {
            "this": ([given.server, "--model", given.model, "--port", str(port), "--threads", threads], {})}
        if given.llama_python:
            all_of_them["llama.cpp"] = (
                [given.llama_python, "-m", "llama_cpp.server", "--model", given.model, "--port", str(port),
                 "--n_threads", threads, "--n_threads_batch", threads, "--n_ctx", "1024",
                 # Else a text ends where another is asked for.
                 "--interrupt_requests", "false"], {})
        return all_of_them

    results: dict[tuple[str, int], list[tuple[float, float]]] = {}
    counts = [int(count) for count in given.clients.split(",")]
    for turn in range(given.rounds):
        for name in commands(0):
            port = free_port()
            command, environment = commands(port)[name]
            server = started(command, port, environment)
            try:
                measured(port, 1, 8, 1_000_000)  # Reads the weights once.
                for clients in counts:
                    results.setdefault((name, clients), []).append(
                        measured(port, clients, given.tokens, 1000 * clients + 100_000 * turn))
            finally:
                server.terminate()
                server.wait()
    for (name, clients), rounds in sorted(results.items(), key=lambda item: item[0][1]):
        rate, first = (statistics.median(values) for values in zip(*rounds))
        print(json.dumps({
            "server": name, "clients": clients, "tokens_per_second": round(rate, 1),
            "time_to_first_token": round(first, 4)}))


if __name__ == "__main__":
    main()
