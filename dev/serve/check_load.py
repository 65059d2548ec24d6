"""Sixty-four clients at work on the server for a minute, beside a thousand connections that do nothing: each answer must be
what it is alone, nothing may be refused, and memory may not grow. Exit code 1 if something is otherwise.

    python dev/serve/check_load.py gpt2.gguf [--server .build-serve/release/gpt2-serve] [--seconds 60]
"""

import argparse
import http.client
import json
import random
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = "the king said to his people that no man shall go from this house before the sun has come".split()


def request(number: int) -> dict:
    """One of twenty texts: short and long, greedy and drawn, of prompts some of which begin alike."""
    source = random.Random(number)
    beginning = " ".join(WORDS) + " " if number % 3 == 0 else ""
    prompt = beginning + " ".join(source.choices(WORDS, k=source.choice([1, 5, 40, 150])))
    return {
        "prompt": prompt, "max_tokens": source.choice([1, 8, 30, 60]), "seed": number,
        "temperature": source.choice([0, 0.8, 1.2]), "ignore_eos": True,
    }


def ask(port: int, body: dict) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", "/v1/completions", json.dumps(body))
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise RuntimeError(f"status {response.status}: {answer[:300]!r}")
    connection.close()
    return json.loads(answer)["choices"][0]["text"]


def leave(port: int, body: dict) -> None:
    """Takes the first event of a stream and is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", "/v1/completions", json.dumps({**body, "stream": True, "max_tokens": 500}))
    connection.getresponse().readline()
    connection.close()


def resident(process: subprocess.Popen) -> float:
    """MiB"""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class Load:
    def __init__(self, port: int, expected: list[str], end: float) -> None:
        self.port, self.expected, self.end = port, expected, end
        self.answers, self.left, self.failures = 0, 0, []

    def client(self, seed: int) -> None:
        source = random.Random(seed)
        while time.monotonic() < self.end and not self.failures:
            number = source.randrange(len(self.expected))
            try:
                if source.random() < 0.1:
                    leave(self.port, request(number))
                    self.left += 1
                elif ask(self.port, request(number)) == self.expected[number]:
                    self.answers += 1
                else:
                    self.failures.append(f"request {number} has another text than alone")
            except Exception as error:
                self.failures.append(f"request {number}: {error}")


def idle_connections(port: int, count: int) -> list[socket.socket]:
    connections = []
    for _ in range(count):
        connections.append(socket.create_connection(("127.0.0.1", port), timeout=30))
    return connections


def run(options: argparse.Namespace, port: int, process: subprocess.Popen) -> list[str]:
    expected = [ask(port, request(number)) for number in range(20)]
    idle = idle_connections(port, options.idle)
    load = Load(port, expected, time.monotonic() + options.seconds)
    threads = [threading.Thread(target=load.client, args=(seed,)) for seed in range(options.clients)]
    for thread in threads:
        thread.start()
    time.sleep(options.seconds / 3)
    early = resident(process)
    for thread in threads:
        thread.join()
    late = resident(process)
    failures = list(load.failures)
    for connection in idle:
        connection.close()
    health = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(100):
        health.request("GET", "/health")
        model = json.loads(health.getresponse().read())["models"][0]
        if model["running"] == 0 and model["waiting"] == 0:
            break
        time.sleep(0.1)
    else:
        failures.append(f"texts are left: {model}")
    if late > early * 1.05 + 16:
        failures.append(f"memory grew from {early:.0f} to {late:.0f} MiB")
    print(
        f"check-load: {load.answers} answers as alone, {load.left} clients left, {len(idle)} connections idle; "
        f"{early:.0f} MiB after a third of the time, {late:.0f} at the end")
    return failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a GGUF file with its tokenizer")
    parser.add_argument("--server", default=str(ROOT / ".build-serve/release/gpt2-serve"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--idle", type=int, default=1000)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [options.server, "--model", options.model, "--port", str(port), "--max-connections", "2000"],
        stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        failures = run(options, port, process)
    finally:
        process.terminate()
    if process.wait() != 0:
        failures.append(f"the server ended with exit code {process.returncode}")
    for failure in failures:
        print(f"check-load: FAILED: {failure}", file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
