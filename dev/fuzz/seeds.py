"""Makes the inputs that fuzzing begins with, of Tests/Fixtures, and a dictionary of what the formats' files hold.

Usage: seeds.py FOLDER [GPT2]

Writes FOLDER/READER/… and FOLDER/dictionary. Nothing of it is committed: dev/fuzz/corpus has only what fuzzing found.
GPT2, if it is there, trains a few steps, for what a run leaves.
"""
import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests" / "Fixtures"
# Longer inputs are slow to change and say nothing more.
LONGEST = 1 << 16


def fixture(*names):
    return {name.replace("/", "-"): (FIXTURES / name).read_bytes() for name in names}


def some(pattern):
    return {str(path.relative_to(FIXTURES)).replace("/", "-"): path.read_bytes() for path in sorted(FIXTURES.glob(pattern))}


def one(name):
    return (FIXTURES / name).read_bytes()


def beginnings(files, longest=2000):
    """Of texts, which more of the same makes slow to read and no other: whole lines, the first at least."""
    return {name: value[: value.rfind(b"\n", 0, max(longest, value.find(b"\n") + 1)) + 1] or value[:longest]
            for name, value in files.items()}


def header(magic, version, *fields):
    """llm.c's: 256 numbers of 32 bits."""
    numbers = [magic, version, *fields]
    return struct.pack(f"<{len(numbers)}i", *numbers) + bytes(1024 - 4 * len(numbers))


def small_gguf():
    """A file with every kind of value and one tensor."""
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()
    values = [(0, b"\1"), (1, b"\1"), (2, b"\1\0"), (3, b"\1\0"), (4, bytes(4)), (5, bytes(4)), (6, bytes(4)), (7, b"\1"),
              (8, text("gpt2")), (9, struct.pack("<IQ", 8, 2) + text("a") + text("b")), (10, bytes(8)), (11, bytes(8)),
              (12, bytes(8))]
    entries = b"".join(text(f"key.{kind}") + struct.pack("<I", kind) + value for kind, value in values)
    tensor = text("token_embd.weight") + struct.pack("<IQQIQ", 2, 4, 2, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + entries + tensor
    return head + bytes(-len(head) % 32) + bytes(32)


def pickles():
    """The pickles in PyTorch's archives, which are zip files."""
    import zipfile
    found = {}
    for path in sorted((FIXTURES / "pytorch").rglob("*")):
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".pkl"):
                        found[path.name + ".pkl"] = archive.read(name)
    return found


def posts():
    bodies = {
        "/v1/completions": [
            {"prompt": "Once", "max_tokens": 2, "temperature": 0.5, "top_p": 0.9, "logprobs": 2, "echo": True, "n": 2,
             "stop": ["x"], "seed": 1, "logit_bias": {"5": -100}, "presence_penalty": 0.5, "stream": True,
             "stream_options": {"include_usage": True}},
            {"prompt": [[1, 2], [3]], "max_tokens": 1, "top_k": 3, "min_p": 0.1, "repetition_penalty": 1.1,
             "repetition_window": 4, "ignore_eos": True, "model": "bytes"}],
        "/v1/chat/completions": [
            {"model": "talker", "messages": [{"role": "system", "content": "Be"}, {"role": "user", "content": "Hi"}],
             "max_tokens": 2, "logprobs": True, "top_logprobs": 2}],
        "/v1/embeddings": [{"input": ["a", "b"], "encoding_format": "base64"}],
        "/inspect": [{"text": "abc", "scores": {}, "next": {"top": 3}, "lens": {"top": 2},
                      "attention": [{"layer": 0, "head": 1}], "neurons": [{"layer": 0, "top": 2}],
                      "ablation": {"heads": [{"layer": 0, "head": 0}]}}],
        "/tokenize": [{"prompt": "hello"}], "/detokenize": [{"tokens": [104, 105]}],
    }
    found = {}
    for path, values in bodies.items():
        for index, value in enumerate(values):
            found[path.strip("/").replace("/", "-") + str(index)] = f"POST {path}\n{json.dumps(value)}".encode()
    for path in ["/v1/models", "/v1/models/bytes", "/metrics", "/health", "/tokenizer_info", "/"]:
        found["get" + path.replace("/", "-")] = f"GET {path}\n".encode()
    return found


def run_files(gpt2):
    """Of runs of the model that the reader "training-state" expects: states, progress, plan and logs."""
    found = {"training-state": {}, "outer-state": {}, "progress": {}, "plan": {}, "metrics": {}, "main-log": {}}
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        place.joinpath("tokens.bin").write_bytes(
            header(20240520, 1, 400, 13) + struct.pack("<400H", *[i * i % 13 for i in range(400)]))
        for name, options in [("adamw", ""), ("muon", "--optimizer muon --no-shuffle"), ("normuon", "--optimizer normuon")]:
            command = (f"{gpt2} train --model 2x2x8 --positions 8 --data tokens.bin --validation tokens.bin -v 1 -m 1 -b 1 "
                       f"-t 8 --steps 2 -n 2 -s 0 --threads 1 --output {name} {options}")
            if subprocess.run(command.split(), cwd=place, capture_output=True).returncode != 0:
                print(f"seeds: no files of a run: {command}", file=sys.stderr)
                continue
            for reader, pattern in [("training-state", "state_*"), ("outer-state", "outer_*"), ("progress", "progress_*"),
                                    ("plan", "plan.json"), ("metrics", "metrics.jsonl"), ("main-log", "main.log")]:
                for path in (place / name).glob(pattern):
                    found[reader][f"{name}-{path.name}"] = path.read_bytes()
    return found


def seeds():
    gguf = {**fixture("gguf/types.gguf", "gguf/model_q8_0.gguf"), "kinds.gguf": small_gguf()}
    config = some("huggingface/*/config.json") | some("relatives/config.json") | some("inspection/*/config.json")
    metrics = ('{"event":"run","step":0,"settings":{"model":"d2","steps":4},"text":"x"}\n'
               '{"event":"step","step":1,"loss":10.9,"lr":0.1,"norm":2,"ms":3,"tokensPerSecond":10,"gigaflops":1}\n'
               '{"event":"validation","step":1,"loss":9.5}\n{"event":"evaluation","step":1,"accuracy":0.5}\n'
               '{"event":"checkpoint","step":1,"path":"model_00000001.bin","reason":"planned"}\n'
               '{"event":"sample","step":1,"text":"hello"}\n{"event":"end","step":1,"reason":"done"}\n').encode()
    idx = struct.pack(">4i", 0x803, 2, 3, 3) + bytes(range(18))
    labels = struct.pack(">2i", 0x801, 4) + bytes([0, 1, 2, 9])
    tokenizer = one("huggingface/model/tokenizer.json")
    progress = {"losses": {"values": [1, 2]}, "gradientNorms": {"values": []}, "best": {"step": 1, "loss": 2.5},
                "validationsSinceBest": 1, "lastValidation": 2}
    plan = {"version": 1, "options": {"--model": "d2"}, "directory": "/tmp", "dataBeginAfter": 0}
    last_words = beginnings(some("last_words.jsonl"))
    documents = beginnings(some("texts.json")) | last_words | some("instructions/*.jsonl")
    plain = {"readme": (ROOT / "README.md").read_bytes()[:2000], "utf16": "\ufeffé世🙂\r\n".encode("utf-16-le"),
             "utf16-be": b"\xfe\xff\0a\0\n", "bom": b"\xef\xbb\xbfa\r\nb\r", "special": b"a<|endoftext|>b"}
    return {
        "checkpoint": fixture("tiny.bin", "tiny_bf16.bin", "tiny_v1.bin"),
        "gguf": gguf,
        "safetensors": some("huggingface/*.safetensors") | some("relatives/*.safetensors")
        | some("safetensors/*.safetensors") | some("huggingface/sharded/*.safetensors"),
        "safetensors-index": some("*/sharded/*.index.json"),
        "pytorch": some("pytorch/*.bin") | some("pytorch/*.pt") | some("pytorch/*/*.bin"),
        "pickle": pickles(),
        "config": config,
        "adapters": fixture("awkward_lora.bin") | some("quantised_lora/*_lora.bin"),
        "reference-state": fixture("tiny_debug_state.bin"),
        "tokenizer": some("tokenizer/*.bin"),
        "tokenizer-json": {"tokenizer.json": tokenizer, **some("special_tokens/*/tokenizer.json")},
        "tokenizer-config": {"both": tokenizer + b"\0" + one("huggingface/model/tokenizer_config.json")},
        "vocabulary": {"both": one("huggingface/sharded/vocab.json") + b"\0" + one("huggingface/sharded/merges.txt")},
        "tokens": {"v1": header(20240520, 1, 4) + struct.pack("<4H", 1, 2, 3, 4),
                   "wide": header(20240520, 1, 2, 257) + struct.pack("<2H", 256, 0)},
        "choices": some("choices.bin"),
        "headerless-tokens": {"uint16": struct.pack("<8H", *range(8)), "int32": struct.pack("<4i", 1, 2, 3, 299)},
        "json": config | some("choices.json") | {"numbers": b'[1, -0, 1e5, 1.5e-7, 9223372036854775807, true, null, "\\u00e9"]'},
        "instructions": some("instructions/*.jsonl"),
        "template": {"plain": b'{"user": {"before": "Q:", "after": "\\n"}, "assistant": {"before": "A:", "after": "\\n"}}'},
        "last-words": last_words,
        "inspection-request": {name: value.split(b"\n", 1)[1] for name, value in posts().items() if "inspect" in name},
        "byte-pairs": plain, "text": plain, "corpus": plain | documents,
        "server-statement": {"heads": b"HTTP/2 302\r\nx-linked-size: 123\r\nx-linked-etag: \"" + b"a" * 64
                             + b"\"\r\n\r\nHTTP/2 200\r\ncontent-length: 5\r\netag: W/\"" + b"b" * 40 + b"\"\r\n"},
        "training-state": {"v1": header(20240527, 1, 1, 0, 0), "v2": header(20240527, 2, 1, 0, 0),
                           "v3": header(20240527, 3, 1, 0, 0)},
        "outer-state": {"v1": header(20261127, 1, 2)},
        "plan": {"plan": json.dumps(plan).encode()}, "progress": {"progress": json.dumps(progress).encode()},
        "metrics": {"all": metrics}, "report": {"all": metrics},
        "main-log": {"log": b"s:0 tel:10.9\ns:0 trl:10.9 lr:0.000300 norm:2.50\ns:1 eval:0.5\n"},
        "losses": some("tiny_losses_*.txt"),
        "run-names": {"all": b"model_00000001.bin\nstate_00000001_00000.bin\nDONE_00000001\nprogress_00000001.json\n"
                             b"best_00000001.bin\nadapters_00000002.bin\nema_00000001.bin\nouter_00000001.bin\n"},
        "idx": {"images": idx, "images.gz": gzip.compress(idx)},
        "idx-gzip": {"labels": labels, "labels.gz": gzip.compress(labels), "stored.gz": gzip.compress(labels, 0)},
        "names": some("lessons/names/*.txt"), "points": {"points": b"# x y\n1,2\n3;4\n5\t-6.5e3\n"},
        "scaling-runs": {"runs": b"# size tokens loss\nd2 1000 4.5\ngpt3:c768\t20 3e-1\n4x4x128 7 1\n"},
        "characters": plain, "trace": some("lessons/mlp*.json"),
        "http": posts(),
    }


def words(inputs):
    """Magic numbers, extremes, and the names that the fixtures' JSON and metadata have."""
    found = set()
    for number in [20240326, 20240327, 20240328, 20240520, 20240522, 20240527, 20240529, 20261127, 0, 1, 3, 5, -1,
                   2**31 - 1, -2**31, 2**16, 2**24, 2**30]:
        found.add(struct.pack("<i", number))
    for number in [0, 1, 2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1]:
        found.add(struct.pack("<Q", number))
    found |= {b"GGUF", b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\x1f\x8b\x08", b"\x80\x02", b"\xff\xfe",
              b"\xfe\xff", b"\xef\xbb\xbf", b"F32", b"F16", b"BF16", b"F64", b"I64", b"data_offsets", b"dtype", b"shape",
              b"__metadata__", b"weight_map", b"1e999", b"-0", b"9223372036854775808", b"\\ud800", b"NaN", b"Infinity",
              b"<|endoftext|>", b"torch._utils\n_rebuild_tensor_v2\n", b"collections\nOrderedDict\n"}
    for files in inputs.values():
        for name, value in files.items():
            if name.endswith((".json", ".jsonl", ".gguf", ".safetensors")) or b"{" in value[:200]:
                found |= set(re.findall(rb'"([a-zA-Z_.]{2,32})"', value)[:300])
            if name.endswith(".gguf"):
                found |= set(re.findall(rb"[a-z0-9_.]{6,40}", value[:20_000])[:100])
    return sorted(found)


def main():
    folder = pathlib.Path(sys.argv[1])
    inputs = seeds()
    if len(sys.argv) > 2 and pathlib.Path(sys.argv[2]).exists():
        for reader, files in run_files(pathlib.Path(sys.argv[2]).resolve()).items():
            inputs[reader].update(files)
    for reader, files in inputs.items():
        place = folder / reader
        place.mkdir(parents=True, exist_ok=True)
        for name, value in files.items():
            if len(value) <= LONGEST:
                (place / name).write_bytes(value)
    lines = ['"' + "".join(chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word) + '"'
             for word in words(inputs)]
    (folder / "dictionary").write_text("\n".join(lines) + "\n")


main()
