"""Makes Tests/Fixtures/pytorch with PyTorch: files that torch.save writes.

    python make_pytorch.py

Needs torch and safetensors. Reads Tests/Fixtures/relatives.

transformers/pytorch_model.bin: the model float32.safetensors of relatives/, tied head included.
sharded/: the same in two files with an index. wide.bin: the same in float64. half.bin: rounded to float16.
legacy.bin: the same as PyTorch before 1.6 saved it.
nanogpt.pt, nanogpt_without_bias.pt: what nanoGPT's train.py saves after five updates; the latter as of a compiled model.
nanogpt.json: of each, some tokens and the logits after the last (exact GELU, float64); a batch, its loss with exact GELU and
with GELU by tanh; the losses of further updates with the latter, AdamW's moments going on.

The model and the optimizer's groups are nanoGPT's (model.py, train.py), written again in as few lines as they need.
"""

import json
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

FIXTURES = Path(__file__).parent / "../../Tests/Fixtures"
FOLDER = FIXTURES / "pytorch"
LAYERS, HEADS, CHANNELS, POSITIONS, VOCABULARY = 2, 2, 12, 10, 31
RATE, BETAS, DECAY, CLIP = 1e-2, (0.9, 0.99), 0.1, 1.0


class Norm(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(CHANNELS))
        self.bias = nn.Parameter(torch.zeros(CHANNELS)) if bias else None

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


class Attention(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.c_attn = nn.Linear(CHANNELS, 3 * CHANNELS, bias=bias)
        self.c_proj = nn.Linear(CHANNELS, CHANNELS, bias=bias)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (part.view(B, T, HEADS, C // HEADS).transpose(1, 2) for part in self.c_attn(x).split(C, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(B, T, C))


class MLP(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.c_fc = nn.Linear(CHANNELS, 4 * CHANNELS, bias=bias)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * CHANNELS, CHANNELS, bias=bias)

    def forward(self, x):
        return self.c_proj(self.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.ln_1, self.attn, self.ln_2, self.mlp = Norm(bias), Attention(bias), Norm(bias), MLP(bias)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(VOCABULARY, CHANNELS), "wpe": nn.Embedding(POSITIONS, CHANNELS),
            "h": nn.ModuleList(Block(bias) for _ in range(LAYERS)), "ln_f": Norm(bias),
        })
        self.lm_head = nn.Linear(CHANNELS, VOCABULARY, bias=False)
        self.transformer.wte.weight = self.lm_head.weight

    def forward(self, tokens, targets=None):
        t = self.transformer
        x = t.wte(tokens) + t.wpe(torch.arange(tokens.shape[1]))
        for block in t.h:
            x = block(x)
        logits = self.lm_head(t.ln_f(x))
        return logits if targets is None else F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def optimizer(model):
    named = [parameter for _, parameter in model.named_parameters()]
    groups = [
        {"params": [p for p in named if p.dim() >= 2], "weight_decay": DECAY},
        {"params": [p for p in named if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=RATE, betas=BETAS)


def update(model, adamw, batch):
    loss = model(batch[:, :-1], batch[:, 1:])
    adamw.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    adamw.step()
    return loss.item()


def use_gelu(model, approximate):
    for block in model.transformer.h:
        block.mlp.gelu = nn.GELU(approximate=approximate)


def nanogpt(bias: bool, path: Path) -> dict:
    torch.manual_seed(3)
    model = GPT(bias)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.3)
    adamw = optimizer(model)
    batches = torch.randint(0, VOCABULARY, (5, 3, POSITIONS + 1))
    for batch in batches:
        loss = update(model, adamw, batch)
    prefix = "" if bias else "_orig_mod."
    args = dict(n_layer=LAYERS, n_head=HEADS, n_embd=CHANNELS, block_size=POSITIONS, bias=bias, vocab_size=VOCABULARY, dropout=0.0)
    torch.save({
        "model": {prefix + name: tensor for name, tensor in model.state_dict().items()}, "optimizer": adamw.state_dict(),
        "model_args": args, "iter_num": 5, "best_val_loss": torch.tensor(loss),
        "config": {"out_dir": "out", "learning_rate": RATE, "compile": not bias, "always": None, "dtype": "float32"},
    }, path)
    batch = batches[0]
    exact = model.double()(batch[:, :-1], batch[:, 1:]).item()
    tokens = batch[0, :6]
    logits = model(tokens[None])[0, -1].tolist()
    use_gelu(model, "tanh")
    approximate = model(batch[:, :-1], batch[:, 1:]).item()
    model.float()
    losses = [update(model, adamw, batch) for _ in range(6)]
    return {
        "tokens": tokens.tolist(), "logits": [round(x, 9) for x in logits], "batch": batch.tolist(),
        "exact": round(exact, 9), "approximate": round(approximate, 9), "losses": [round(x, 7) for x in losses],
    }


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name in ["transformers", "sharded"]:
        (FOLDER / name).mkdir(parents=True)
        shutil.copy(FIXTURES / "relatives/config.json", FOLDER / name)
    state = load_file(FIXTURES / "relatives/float32.safetensors")
    state["lm_head.weight"] = state["transformer.wte.weight"]
    torch.save(state, FOLDER / "transformers/pytorch_model.bin")
    torch.save({name: tensor.half() for name, tensor in state.items()}, FOLDER / "half.bin")
    torch.save(load_file(FIXTURES / "relatives/float64.safetensors"), FOLDER / "wide.bin")
    torch.save({"a": torch.ones(2)}, FOLDER / "legacy.bin", _use_new_zipfile_serialization=False)
    names = list(state)
    shards = {f"pytorch_model-0000{i + 1}-of-00002.bin": names[i::2] for i in range(2)}
    for file, held in shards.items():
        torch.save({name: state[name] for name in held}, FOLDER / "sharded" / file)
    index = {"metadata": {}, "weight_map": {name: file for file, held in shards.items() for name in held}}
    (FOLDER / "sharded/pytorch_model.bin.index.json").write_text(json.dumps(index, indent=0) + "\n")
    expected = {name: nanogpt(name == "nanogpt", FOLDER / f"{name}.pt") for name in ["nanogpt", "nanogpt_without_bias"]}
    (FOLDER / "nanogpt.json").write_text(json.dumps(expected) + "\n")
    for path in FOLDER.rglob("*"):
        if path.is_file():
            path.chmod(0o644)


main()
