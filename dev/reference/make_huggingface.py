"""Makes Tests/Fixtures/huggingface with transformers.

    python make_huggingface.py

Needs torch, numpy and transformers. A random GPT-2 of awkward sizes with the tokens of Tests/Fixtures/tokenizer/small.bin:

model/: what save_pretrained of the model and of its tokenizer write, the latter as tokenizer.json.
sharded/: the same model in several files, and the tokenizer as vocab.json and merges.txt.
bf16.safetensors: the same model rounded to bfloat16.
expected.json: tokens, the logits after the last of them in float64; texts and their token ids.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from byte_pairs import read_tokenizer
from huggingface import random_model, tokenizer

FIXTURES = (Path(__file__).parent / "../../Tests/Fixtures").resolve()
FOLDER = FIXTURES / "huggingface"
TEXTS = ["", "Hello, world!", "ROMEO:\n  I'll 'tis  héllo 😀\t\n\n", "the there then 12345 <|endoftext", "  a \u00a0b\u3000"]

shutil.rmtree(FOLDER, ignore_errors=True)
source = FIXTURES / "tokenizer/small.bin"
tokens, end_of_text = read_tokenizer(source)
model = random_model(len(tokens), end_of_text, n_positions=13, n_embd=15, n_layer=2, n_head=3)
model.save_pretrained(FOLDER / "model")
model.save_pretrained(FOLDER / "sharded", max_shard_size="24KB")
with tempfile.TemporaryDirectory() as folder:
    small = tokenizer(source, Path(folder))
    small.save_pretrained(FOLDER / "model")
    for name in ["vocab.json", "merges.txt"]:
        shutil.copy(Path(folder) / name, FOLDER / "sharded")
ids = [7, 756, 0, 300, 300, 41, 512]
with torch.no_grad():
    logits = model.double()(torch.tensor([ids])).logits[0, -1].tolist()
    model.float().bfloat16().save_pretrained(FOLDER / "bf16")
shutil.move(FOLDER / "bf16/model.safetensors", FOLDER / "bf16.safetensors")
shutil.rmtree(FOLDER / "bf16")
texts = [{"text": text, "ids": small(text)["input_ids"]} for text in TEXTS]
expected = {"tokens": ids, "logits": [round(x, 9) for x in logits], "texts": texts}
(FOLDER / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=0) + "\n")
for path in FOLDER.rglob("*"):
    if path.is_file():
        path.chmod(0o644)
