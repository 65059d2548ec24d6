"""Makes Tests/Fixtures/relatives with transformers: models that are nearly GPT-2.

    python make_relatives.py

Needs torch and transformers. Random models of 29 tokens, 2 layers and 3 heads of 4 channels:

float32.safetensors, float64.safetensors: one model, and the same before it was rounded.
n_inner.safetensors: one whose feed-forward part has 20 channels.
untied.safetensors: one with a head of its own.
config.json: of the first.
expected.json: for each case the file, what config.json says otherwise, and the logits after the last of some tokens, which
transformers computed in float64, but for "upcast", which it only computes in float32.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

FOLDER = Path(__file__).parent / "../../Tests/Fixtures/relatives"
SIZES = {"vocab_size": 29, "n_positions": 9, "n_embd": 12, "n_layer": 2, "n_head": 3, "bos_token_id": None, "eos_token_id": None}
TOKENS = [3, 28, 0, 11, 11, 7]
# The file, and what is changed in the configuration.
CASES = {
    "gpt2": ("float32", {}),
    "float64": ("float64", {}),
    "gelu": ("float32", {"activation_function": "gelu"}),
    "gelu_fast": ("float32", {"activation_function": "gelu_fast"}),
    "by layer": ("float32", {"scale_attn_by_inverse_layer_idx": True}),
    "unscaled": ("float32", {"scale_attn_weights": False}),
    "unscaled but by layer": ("float32", {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True}),
    "upcast": ("float32", {"reorder_and_upcast_attn": True}),
    "upcast by layer": ("float32", {"reorder_and_upcast_attn": True, "scale_attn_by_inverse_layer_idx": True}),
    "epsilon": ("float32", {"layer_norm_epsilon": 0.03}),
    "n_inner": ("n_inner", {"n_inner": 20}),
    "untied": ("untied", {"tie_word_embeddings": False}),
    "all": (
        "n_inner",
        {"n_inner": 20, "activation_function": "gelu", "scale_attn_by_inverse_layer_idx": True, "layer_norm_epsilon": 0.03},
    ),
}


def random_model(**changes: object) -> GPT2LMHeadModel:
    torch.manual_seed(14)
    model = GPT2LMHeadModel(GPT2Config(**SIZES, **changes, attn_implementation="eager")).eval().double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.5)
    return model


def state(model: GPT2LMHeadModel, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    tied = model.config.tie_word_embeddings
    return {n: t.to(dtype) for n, t in model.state_dict().items() if not (tied and n == "lm_head.weight")}


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
plain = random_model()
plain.config.save_pretrained(FOLDER)
states = {
    "float32": state(plain, torch.float32), "float64": state(plain, torch.float64),
    "n_inner": state(random_model(n_inner=20), torch.float32),
    "untied": state(random_model(tie_word_embeddings=False), torch.float32),
}
for name, tensors in states.items():
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata={"format": "pt"})
expected = []
for name, (file, changes) in CASES.items():
    model = random_model(**changes)
    model.load_state_dict(states[file], strict=False)
    if model.config.reorder_and_upcast_attn:
        model.float()  # which that code insists on
    with torch.no_grad():
        logits = model(torch.tensor([TOKENS])).logits[0, -1].tolist()
    expected.append({"name": name, "file": file, "config": changes, "logits": [round(x, 9) for x in logits]})
(FOLDER / "expected.json").write_text(json.dumps({"tokens": TOKENS, "cases": expected}, indent=0) + "\n")
for path in FOLDER.iterdir():
    path.chmod(0o644)
